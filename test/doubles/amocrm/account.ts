export type Entity = 'leads' | 'contacts'

export interface Enumeration {
  id: number
  value: string
  sort: number
  code?: string | undefined
}

export interface Field {
  id: number
  name: string
  code: string | null
  type: string
  sort: number
  isPredefined: boolean
  enums: Enumeration[] | null
}

/** A value as it is kept. */
export interface StoredValue {
  value?: string | number | boolean
  enum_id?: number
  enum_code?: string | null
}

export interface Status {
  id: number
  name: string
  sort: number
  /** 1: unsorted. */
  type: 0 | 1
}

export interface Pipeline {
  id: number
  name: string
  sort: number
  isMain: boolean
  statuses: Status[]
}

export interface User {
  id: number
  name: string
  email: string
  isAdmin: boolean
}

export interface Item {
  id: number
  name: string
  responsible: number
  createdBy: number
  updatedBy: number
  createdAt: number
  updatedAt: number
  deleted: boolean
  fields: Map<number, StoredValue[]>
  tags: Set<number>
}

export interface Lead extends Item {
  price: number
  statusId: number
  pipelineId: number
  closedAt: number | null
  /** The main one first. */
  contacts: number[]
}

export interface Contact extends Item {
  firstName: string
  lastName: string
  leads: Set<number>
}

export interface Note {
  id: number
  entity: Entity
  entityId: number
  type: string
  params: { text: string; [name: string]: unknown }
  responsible: number
  createdBy: number
  createdAt: number
  updatedAt: number
}

export interface Task {
  id: number
  text: string
  completeTill: number
  entity: string | null
  entityId: number | null
  done: boolean
  typeId: number
  duration: number
  result: string | undefined
  responsible: number
  createdBy: number
  createdAt: number
  updatedAt: number
}

/** A change as webhooks tell it: `leads[add][0][id]=…` for the setting `add_lead`. */
export interface HookEvent {
  setting: string
  group: 'leads' | 'contacts' | 'task'
  action: string
  fields: Record<string, unknown>
}

/** What stands in the account. All moments are Unix seconds. */
export interface Account {
  id: number
  name: string
  subdomain: string
  timezone: string
  /** Where it is reached, for links in the answers. */
  url: string
  filters: boolean
  users: User[]
  pipelines: Pipeline[]
  fields: Record<Entity, Map<number, Field>>
  tags: Record<Entity, { names: Map<number, string>; ids: Map<string, number> }>
  leads: Map<number, Lead>
  contacts: Map<number, Contact>
  notes: Map<number, Note>
  tasks: Map<number, Task>
  /** Numbers of notes and tasks by `leads:1`. */
  notesOn: Map<string, number[]>
  tasksOn: Map<string, number[]>
  /** Somebody else's numbers lie between. */
  nextId(): number
  now(): number
  /** A change that webhooks are told of. */
  tell(event: HookEvent): void
}

/** The stages that every pipeline has, under the same numbers. */
export const won = 142
export const lost = 143

/** An account with two pipelines, three users and the fields that the vendor makes itself. */
export function newAccount(given: {
  subdomain: string
  timezone: string
  filters: boolean
  now: () => number
}): Account {
  let last = 4_100_000
  const nextId = () => {
    last += 2
    return last
  }
  const stages = (names: string[]): Status[] => [
    { id: nextId(), name: 'Неразобранное', sort: 10, type: 1 },
    ...names.map((name, index): Status => ({ id: nextId(), name, sort: 20 + index * 10, type: 0 })),
    { id: won, name: 'Успешно реализовано', sort: 10_000, type: 0 },
    { id: lost, name: 'Закрыто и не реализовано', sort: 11_000, type: 0 },
  ]
  const phoneKinds = ['WORK', 'WORKDD', 'MOB', 'FAX', 'HOME', 'OTHER']
  const multitext = (name: string, code: string, kinds: string[]): Field => ({
    id: nextId(),
    name,
    code,
    type: 'multitext',
    sort: 4,
    isPredefined: true,
    enums: kinds.map((value, index) => ({ id: nextId(), value, sort: index + 1 })),
  })
  const own = [
    multitext('Телефон', 'PHONE', phoneKinds),
    multitext('Email', 'EMAIL', ['WORK', 'PRIV', 'OTHER']),
    { id: nextId(), name: 'Должность', code: 'POSITION', type: 'text', sort: 2, isPredefined: true, enums: null },
  ]
  return {
    id: 30_000_001,
    name: 'Пример',
    subdomain: given.subdomain,
    timezone: given.timezone,
    url: '',
    filters: given.filters,
    users: [
      { id: 7_000_001, name: 'Мария Администратор', email: 'maria@example.com', isAdmin: true },
      { id: 7_000_003, name: 'Иван Менеджер', email: 'ivan@example.com', isAdmin: false },
      { id: 7_000_005, name: 'Ольга Менеджер', email: 'olga@example.com', isAdmin: false },
    ],
    pipelines: [
      {
        id: nextId(),
        name: 'Воронка',
        sort: 1,
        isMain: true,
        statuses: stages(['Первичный контакт', 'Переговоры', 'Принимают решение']),
      },
      { id: nextId(), name: 'Опт', sort: 2, isMain: false, statuses: stages(['Заявка', 'Договор']) },
    ],
    fields: { leads: new Map(), contacts: new Map(own.map((field) => [field.id, field])) },
    tags: { leads: { names: new Map(), ids: new Map() }, contacts: { names: new Map(), ids: new Map() } },
    leads: new Map(),
    contacts: new Map(),
    notes: new Map(),
    tasks: new Map(),
    notesOn: new Map(),
    tasksOn: new Map(),
    nextId,
    now: () => Math.floor(given.now() / 1000),
    tell: () => {},
  }
}

/** Who the calls of an integration count as. */
export const robot = 7_000_001

export function fieldOf(account: Account, entity: Entity, ref: { id?: number; code?: string }): Field | undefined {
  if (ref.id !== undefined) return account.fields[entity].get(ref.id)
  for (const field of account.fields[entity].values()) if (field.code === ref.code) return field
  return undefined
}

/** A record that is there and not in the bin. */
export function alive(account: Account, entity: string, id: number): Lead | Contact | undefined {
  const item = entity === 'leads' ? account.leads.get(id) : entity === 'contacts' ? account.contacts.get(id) : undefined
  return item === undefined || item.deleted ? undefined : item
}
