import type { HookRequest } from '../../../src/conversations/channel.ts'
import type { Clock } from '../../../src/platform/clock.ts'
import { AppError } from '../../../src/platform/errors.ts'
import type {
  CrmAbilities,
  CrmEntity,
  CrmHeard,
  CrmLists,
  CrmRecord,
  CrmValue,
  CrmWrite,
} from '../../../src/sync/crm.ts'
import { ledgerLists } from './lists.ts'
import { fieldOf, type Kept, lossy, putValues, shownValues } from './values.ts'

/** What stands in the ledger. */
export interface LedgerRecord {
  entity: CrmEntity
  id: string
  kept: Kept
  tags: string[]
  marker: string | undefined
  contactIds: string[]
  on: CrmRecord['on']
  createdAt: Date
  updatedAt: Date
}

/** An account of the vendor of the tests, in memory; everything in it may be looked at and changed from outside. */
export class LedgerAccount {
  readonly clock: Clock
  name = 'Ledger & Sons'
  lists: CrmLists = ledgerLists()
  abilities: CrmAbilities & { search: boolean } = {
    batch: 50,
    dealsWithContacts: true,
    tags: true,
    notes: true,
    tasks: true,
    hooks: true,
    search: true,
  }
  /** It keeps nothing as it was given: phones get another form, texts are trimmed, numbers rounded. */
  lossy = false
  /** What speaks against writing one thing; undefined when nothing does. */
  refuse: (entity: CrmEntity, write: CrmWrite) => string | undefined = () => undefined
  /** The addresses that are told of changes. */
  readonly hooks = new Set<string>()
  /** The vendor's requests to our hook that nobody has brought yet, the oldest first. */
  readonly outbox: HookRequest[] = []
  /** What broke the vendor's rules. */
  readonly refused: string[] = []
  readonly #records = new Map<string, LedgerRecord>()
  #number = 0

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** Everything of a kind, the oldest first. */
  all(entity: CrmEntity): LedgerRecord[] {
    return [...this.#records.values()].filter((record) => record.entity === entity)
  }

  find(entity: CrmEntity, id: string): LedgerRecord | undefined {
    return this.#records.get(`${entity}/${id}`)
  }

  /** As it is read. */
  show({ entity, id, kept, tags, updatedAt, contactIds, marker, on }: LedgerRecord): CrmRecord {
    return {
      entity,
      id,
      values: shownValues(this.lists, entity, kept),
      tags: [...tags],
      updatedAt: new Date(updatedAt),
      ...(marker !== undefined && { marker }),
      ...(entity === 'deal' && { contactIds: [...contactIds] }),
      ...(on && { on }),
    }
  }

  /** Markers that more than one record has: what was made twice. */
  duplicates(): string[] {
    const seen = new Map<string, number>()
    for (const { entity, marker } of this.#records.values()) {
      if (marker !== undefined) seen.set(`${entity} ${marker}`, (seen.get(`${entity} ${marker}`) ?? 0) + 1)
    }
    return [...seen].filter(([, count]) => count > 1).map(([marker]) => marker)
  }

  /** Writes one thing. Throws `invalid` or `not_found` when it is refused; then nothing of it is there. */
  write(entity: CrmEntity, write: CrmWrite): LedgerRecord {
    const objection = this.refuse(entity, write)
    if (objection !== undefined) throw new AppError('invalid', objection)
    if (write.id !== undefined) return this.#change(entity, write.id, write)
    if (write.contact && 'id' in write.contact && !this.find('contact', write.contact.id)) {
      throw new AppError('invalid', `There is no contact ${write.contact.id}.`)
    }
    if ((entity === 'note' || entity === 'task') && !(write.on && this.find(write.on.entity, write.on.id))) {
      throw new AppError('invalid', `A ${entity} has to hang on something that is there.`)
    }
    const kept = this.#put(entity, entity === 'task' ? { done: false } : {}, write.values)
    // The deal is looked at before its contact is made: either both are there or none.
    const contact =
      write.contact && ('make' in write.contact ? this.write('contact', write.contact.make) : write.contact)
    return this.#make(entity, kept, { ...write, contactIds: contact ? [contact.id] : [] })
  }

  /** A user changes something by hand, or makes it where there is no id; null empties a field. Our hooks are told. */
  edit(entity: CrmEntity, id: string, values: Record<string, CrmValue>, tags?: string[]): LedgerRecord {
    return this.#change(entity, id, { values }, tags)
  }

  /** A user makes something by hand. */
  add(entity: CrmEntity, values: Record<string, CrmValue>, more: Pick<CrmWrite, 'on' | 'contact'> = {}): LedgerRecord {
    return this.write(entity, { marker: '', values, ...more })
  }

  /** A user deletes something, with what hangs on it. */
  remove(entity: CrmEntity, id: string): void {
    const record = this.find(entity, id)
    if (!record) throw new Error(`There is no ${entity} ${id} in the ledger.`)
    this.#records.delete(`${entity}/${id}`)
    for (const other of this.#records.values()) {
      if (other.on?.entity === entity && other.on.id === id) this.#records.delete(`${other.entity}/${other.id}`)
      if (entity === 'contact') other.contactIds = other.contactIds.filter((each) => each !== id)
    }
    this.#tell({ entity, id, deleted: true, ...(record.on && { on: record.on }) })
  }

  #make(entity: CrmEntity, kept: Kept, write: CrmWrite & { contactIds: string[] }): LedgerRecord {
    const id = `${entity[0]}${++this.#number}`
    const now = this.clock.now()
    const { marker, addTags = [], contactIds, on } = write
    const record = { entity, id, kept, tags: [...addTags], marker: marker || undefined, contactIds, on }
    this.#records.set(`${entity}/${id}`, { ...record, createdAt: now, updatedAt: now })
    this.#tell({ entity, id, ...(on && { on }) })
    return this.find(entity, id)!
  }

  #change(
    entity: CrmEntity,
    id: string,
    { values, addTags = [], removeTags = [] }: Omit<CrmWrite, 'marker'>,
    tags?: string[],
  ): LedgerRecord {
    const record = this.find(entity, id)
    if (!record) throw new AppError('not_found', `There is no ${entity} ${id}.`)
    record.kept = this.#put(entity, record.kept, values)
    const left = (tags ?? record.tags).filter((tag) => !removeTags.includes(tag))
    record.tags = [...new Set([...left, ...addTags])]
    record.updatedAt = this.clock.now()
    this.#tell({ entity, id, ...(record.on && { on: record.on }) })
    return record
  }

  #put(entity: CrmEntity, kept: Kept, values: Record<string, CrmValue>): Kept {
    const spelled = Object.entries(values).map(([key, value]): [string, CrmValue] => [
      key,
      this.lossy ? lossy(fieldOf(this.lists, entity, key.split(':')[0]!)?.type, value) : value,
    ])
    return putValues(this.lists, entity, kept, Object.fromEntries(spelled))
  }

  /** Whoever made a change, our hooks are told of it: also of what we wrote ourselves. */
  #tell(heard: CrmHeard): void {
    for (const hook of this.hooks) this.outbox.push(ledgerHook(new URL(hook), [heard]))
  }
}

/** A request of the vendor to a hook. */
export function ledgerHook(url: URL, heard: CrmHeard[], secret = 'quill'): HookRequest {
  return {
    method: 'POST',
    url,
    headers: new Headers({ 'content-type': 'application/json', 'x-ledger-secret': secret }),
    body: new TextEncoder().encode(JSON.stringify({ heard })),
  }
}
