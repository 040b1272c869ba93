import { isDeepStrictEqual } from 'node:util'
import { type Contact, type ContactFields, contactName } from '../contact.ts'
import type { AttributeValue } from '../contacts.table.ts'
import { type Identity, identityKey } from '../identity.ts'
import type { ImportSettings, RowOutcome } from './imports.table.ts'
import type { ReadRow } from './read-row.ts'

/** What is known of the people that a batch of rows speaks of. */
export interface KnownPeople {
  contacts: ReadonlyMap<number, Contact>
  /** Whose an identity is, by its key. */
  ownerOf: ReadonlyMap<string, number>
  /** Contacts by the numbers that rows name; a merged one leads to its survivor. */
  byNumber: ReadonlyMap<number, number>
  /** By the username in small letters. */
  byUsername: ReadonlyMap<string, readonly number[]>
  /** The earlier row of this passage that spoke of somebody, by {@link Judgement.keys}. */
  earlier: ReadonlyMap<string, number>
}

/** What becomes of a row. */
export interface Judgement {
  row: ReadRow
  outcome: RowOutcome
  /** The contact that was found. */
  contact: Contact | undefined
  reason: string | null
  /** Whom the row speaks of; empty when it is refused. */
  keys: string[]
  /** Before and after of the contact's fields and attributes (`attributes.NAME`), as far as they change. */
  changed: Record<string, [unknown, unknown]>
  newIdentities: Identity[]
  newLabels: string[]
}

/** Decides about rows in their order; of several about the same person only the first counts. Changes nothing. */
export function judgeRows(rows: readonly ReadRow[], settings: ImportSettings, known: KnownPeople): Judgement[] {
  const earlier = new Map(known.earlier)
  return rows.map((row) => {
    const judgement = judgeRow(row, settings, known, earlier)
    for (const key of judgement.keys) earlier.set(key, row.number)
    return judgement
  })
}

/** What finds the contact of a row, with the words for it. */
export function findersOf(row: ReadRow, { findBy }: Pick<ImportSettings, 'findBy'>): Finder[] {
  return findBy.flatMap((target): Finder[] => {
    if (target === 'id') return row.id === undefined ? [] : [{ number: row.id, words: `contact ${row.id}` }]
    if (target === 'username') {
      const name = row.fields.username
      return name ? [{ username: name.toLowerCase(), words: `the username ${name}` }] : []
    }
    const kind = target.replace(/^identity\./, '')
    return row.identities
      .filter((identity) => identity.kind === kind)
      .map((identity) => ({ identity, words: `the ${kind} ${identity.value}` }))
  })
}

export interface Finder {
  number?: number
  username?: string
  identity?: Identity
  words: string
}

function judgeRow(
  row: ReadRow,
  settings: ImportSettings,
  known: KnownPeople,
  earlier: ReadonlyMap<string, number>,
): Judgement {
  const refuse = (reason: string): Judgement => ({ ...nothing(row), outcome: 'refused', reason: `${reason}.` })
  if (row.faults.length > 0) return refuse(row.faults.join('; '))
  const finders = findersOf(row, settings)
  if (finders.length === 0)
    return refuse(`Nothing tells who this is: the row has none of ${settings.findBy.join(', ')}`)
  const found = new Map<number, string>()
  for (const finder of finders) {
    const ids = contactsBy(finder, known)
    if (finder.number !== undefined && ids.length === 0) return refuse(`There is no ${finder.words}`)
    for (const id of ids) if (!found.has(id)) found.set(id, finder.words)
  }
  if (found.size > 1) {
    const whose = [...found].map(([id, words]) => `${words} belongs to ${named(known, id)}`)
    return refuse(`It leads to several contacts: ${whose.join(', ')}`)
  }
  const [id] = found.keys()
  const contact = id === undefined ? undefined : known.contacts.get(id)
  const keys = keysOf(row, finders, contact)
  const before = keys.map((key) => earlier.get(key)).find((number) => number !== undefined)
  if (before !== undefined) return refuse(`Row ${before} is about the same person`)
  const taken = row.identities.find((identity) => isOthers(known, identity, contact))
  if (taken)
    return refuse(`The ${taken.kind} ${taken.value} belongs to ${named(known, known.ownerOf.get(identityKey(taken))!)}`)
  if (contact) return { ...judgeFound(row, settings, known, contact), keys }
  if (settings.mode === 'update')
    return refuse(`No contact has ${finders.map(({ words }) => words).join(' or ')}, and this import makes none`)
  return { ...nothing(row), outcome: 'made', keys, newIdentities: row.identities, newLabels: unique(row.labels) }
}

function judgeFound(row: ReadRow, { mode }: ImportSettings, known: KnownPeople, contact: Contact): Judgement {
  const judgement: Judgement = { ...nothing(row), outcome: 'unchanged', contact }
  if (mode === 'create')
    return {
      ...judgement,
      reason: `The contact is there already, as ${named(known, contact.id)}; this import only makes new ones.`,
    }
  judgement.changed = differences(contact, row, known)
  judgement.newIdentities = row.identities.filter((identity) => !known.ownerOf.has(identityKey(identity)))
  judgement.newLabels = unique(row.labels).filter((label) => !contact.labels.includes(label))
  const { changed, newIdentities, newLabels } = judgement
  const isSame = Object.keys(changed).length + newIdentities.length + newLabels.length === 0
  return isSame ? judgement : { ...judgement, outcome: 'updated' }
}

function differences(contact: Contact, row: ReadRow, known: KnownPeople): Record<string, [unknown, unknown]> {
  const wanted: [string, unknown, unknown][] = [
    ...Object.entries(row.fields)
      .filter(([field, value]) => !isFurther(contact, field as keyof ContactFields, value, known))
      .map(([field, value]): [string, unknown, unknown] => [field, contact[field as keyof Contact], value]),
    ...Object.entries(row.attributes).map(([name, value]): [string, AttributeValue, AttributeValue] => [
      `attributes.${name}`,
      contact.attributes[name] ?? null,
      value,
    ]),
    ...(row.responsibleId === undefined
      ? []
      : [['responsibleId', contact.responsibleId, row.responsibleId] as [string, unknown, unknown]]),
  ]
  return Object.fromEntries(
    wanted
      .filter(([, before, after]) => !isDeepStrictEqual(before, after))
      .map(([name, before, after]) => [name, [before, after]]),
  )
}

/** A phone or e-mail that the contact has behind its first one stays behind it. */
function isFurther(contact: Contact, field: keyof ContactFields, value: unknown, known: KnownPeople): boolean {
  if ((field !== 'phone' && field !== 'email') || contact[field] === null) return false
  return known.ownerOf.get(identityKey({ kind: field, value: String(value) })) === contact.id
}

function contactsBy({ number, username, identity }: Finder, known: KnownPeople): readonly number[] {
  if (username !== undefined) return known.byUsername.get(username) ?? []
  const id = identity ? known.ownerOf.get(identityKey(identity)) : known.byNumber.get(number!)
  return id === undefined ? [] : [id]
}

function keysOf(row: ReadRow, finders: readonly Finder[], contact: Contact | undefined): string[] {
  const usernames = finders.flatMap(({ username }) => (username === undefined ? [] : [`username/${username}`]))
  return [...row.identities.map(identityKey), ...usernames, ...(contact ? [`contact/${contact.id}`] : [])]
}

function isOthers(known: KnownPeople, identity: Identity, contact: Contact | undefined): boolean {
  const owner = known.ownerOf.get(identityKey(identity))
  return owner !== undefined && owner !== contact?.id
}

function named(known: KnownPeople, id: number): string {
  const contact = known.contacts.get(id)
  return contact ? `contact ${id} (${contactName(contact)})` : `contact ${id}`
}

const unique = (labels: readonly string[]): string[] => [...new Set(labels)]

function nothing(row: ReadRow): Judgement {
  return {
    row,
    outcome: 'unchanged',
    contact: undefined,
    reason: null,
    keys: [],
    changed: {},
    newIdentities: [],
    newLabels: [],
  }
}
