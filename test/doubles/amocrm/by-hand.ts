import {
  type Account,
  alive,
  type Contact,
  type Entity,
  type Field,
  fieldOf,
  type Lead,
  type Note,
  type Task,
} from './account.ts'
import { taskEvent } from './hook-fields.ts'
import { checkContact, checkLead, deleteItem, writeContact, writeLead } from './items.ts'
import { writeNote } from './note-routes.ts'
import type { FieldFault } from './refusal.ts'
import { changedContact, changedLead, newLead, type TaskBody } from './schemas.ts'
import { writeTask } from './task-routes.ts'

/** What people do in the account itself, and what tests look at; changes play webhooks. Bodies are those of the API. */
export interface Hand {
  addLead(body: Record<string, unknown>): Lead
  addContact(body: Record<string, unknown>): Contact
  editLead(id: number, body: Record<string, unknown>): void
  editContact(id: number, body: Record<string, unknown>): void
  moveLead(id: number, pipelineId: number, statusId: number): void
  deleteLead(id: number): void
  deleteContact(id: number): void
  addNote(entity: Entity, id: number, text: string): Note
  addTask(body: { text: string; complete_till: number; entity_type?: Entity; entity_id?: number }): Task
  editTask(id: number, body: TaskBody): void
  completeTask(id: number): void
  deleteTask(id: number): void
  /** Makes a field as the settings page does. */
  addField(entity: Entity, field: { name: string; type: string; code?: string; enums?: string[] }): Field
  /** Records that are not in the bin. */
  leads(): Lead[]
  contacts(): Contact[]
  notesOf(entity: Entity, id: number): Note[]
  tasksOf(entity: Entity, id: number): Task[]
  /** The value of a field by its code or number; a list where there are several. */
  valueOf(entity: Entity, id: number, field: string | number): unknown
  tagsOf(entity: Entity, id: number): string[]
  /** Values of a field that more than one record carries, deleted ones too, with the records' numbers. */
  duplicates(entity: Entity, code: string): { value: string; ids: number[] }[]
}

/** Whoever sits at the account's screen. */
const person = 7_000_003

export function byHand(account: Account, change: <T>(work: () => T) => T): Hand {
  const lead = (id: number) => there(account.leads.get(id), `deal ${id}`)
  const contact = (id: number) => there(account.contacts.get(id), `contact ${id}`)
  const task = (id: number) => there(account.tasks.get(id), `task ${id}`)
  const hand: Hand = {
    addLead(given) {
      const body = newLead.parse(given)
      demand(checkLead(account, body))
      return change(() => writeLead(account, body, person))
    },
    addContact(given) {
      const body = changedContact.parse(given)
      demand(checkContact(account, body))
      return change(() => writeContact(account, body, person))
    },
    editLead(id, given) {
      const body = changedLead.parse(given)
      demand(checkLead(account, body, lead(id)))
      change(() => writeLead(account, body, person, lead(id)))
    },
    editContact(id, given) {
      const body = changedContact.parse(given)
      demand(checkContact(account, body))
      change(() => writeContact(account, body, person, contact(id)))
    },
    moveLead: (id, pipelineId, statusId) => hand.editLead(id, { pipeline_id: pipelineId, status_id: statusId }),
    deleteLead: (id) => change(() => deleteItem(account, 'leads', id)),
    deleteContact: (id) => change(() => deleteItem(account, 'contacts', id)),
    addNote: (entity, id, text) =>
      change(() => writeNote(account, entity, id, { note_type: 'common', params: { text } }, person)),
    addTask: (body) => change(() => writeTask(account, body, person)),
    editTask: (id, body) => void change(() => writeTask(account, body, person, task(id))),
    completeTask: (id) => hand.editTask(id, { is_completed: true, result: { text: 'Готово' } }),
    deleteTask(id) {
      const gone = task(id)
      account.tasks.delete(id)
      const key = `${gone.entity}:${gone.entityId}`
      account.tasksOn.set(
        key,
        (account.tasksOn.get(key) ?? []).filter((one) => one !== id),
      )
      change(() => account.tell(taskEvent(account, 'delete', gone)))
    },
    addField(entity, { name, type, code = null, enums }) {
      const all = enums?.map((value, index) => ({ id: account.nextId(), value, sort: index })) ?? null
      const field: Field = { id: account.nextId(), name, type, code, sort: 500, isPredefined: false, enums: all }
      account.fields[entity].set(field.id, field)
      return field
    },
    leads: () => [...account.leads.values()].filter(({ deleted }) => !deleted),
    contacts: () => [...account.contacts.values()].filter(({ deleted }) => !deleted),
    notesOf: (entity, id) => (account.notesOn.get(`${entity}:${id}`) ?? []).map((one) => account.notes.get(one)!),
    tasksOf: (entity, id) => (account.tasksOn.get(`${entity}:${id}`) ?? []).map((one) => account.tasks.get(one)!),
    valueOf(entity, id, ref) {
      const field = fieldOf(account, entity, typeof ref === 'number' ? { id: ref } : { code: ref })
      const values = alive(account, entity, id)
        ?.fields.get(field?.id ?? 0)
        ?.map(({ value }) => value)
      return values !== undefined && values.length > 1 ? values : values?.[0]
    },
    tagsOf: (entity, id) =>
      [...(alive(account, entity, id)?.tags ?? [])].map((tag) => account.tags[entity].names.get(tag)!),
    duplicates(entity, code) {
      const field = fieldOf(account, entity, { code })
      const carriers = new Map<string, number[]>()
      for (const item of account[entity].values())
        for (const { value } of item.fields.get(field?.id ?? 0) ?? [])
          carriers.set(String(value), [...(carriers.get(String(value)) ?? []), item.id])
      return [...carriers].flatMap(([value, ids]) => (ids.length > 1 ? [{ value, ids }] : []))
    },
  }
  return hand
}

function there<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new Error(`There is no ${what} in the account.`)
  return found
}

function demand(faults: FieldFault[]): void {
  if (faults.length > 0) throw new Error(faults.map(({ path, detail }) => `${path}: ${detail}`).join(' '))
}
