import type { Queryable, Tx } from '../platform/database/database.ts'
import { snakeKeys } from '../platform/database/json-row.ts'
import { insertRows, runTogether } from '../platform/database/statement.ts'
import type { Contact } from './contact.ts'
import { readContactRow } from './contact-row.store.ts'
import { identityKey } from './identity.ts'
import { newlyTold, type Told } from './told-by-channel.ts'

/** A person that a channel speaks of, as the message path knows them: only identities find somebody, no claimed phone or e-mail. */
export interface NewPerson extends Told {
  projectId: number
  channelId: number
}

/**
 * Finds or makes the contacts of people whose surest identity is not known yet, all of them in a few statements. Each
 * identity is locked first, in one order, so that two processes that meet the same person make one contact.
 * Gives the contacts in the order of the people.
 */
export async function admitPeople(tx: Tx, now: Date, people: NewPerson[]): Promise<Contact[]> {
  const keys = people.flatMap((person) =>
    distinctIdentities(person).map((identity) => ({
      project_id: person.projectId,
      kind: identity.kind,
      value: identity.value,
    })),
  )
  await tx.query(
    `select pg_advisory_xact_lock(hash) from (
       select distinct hashtextextended(project_id || '/' || kind || '/' || value, 0) as hash
         from json_to_recordset($1::text::json) as k (project_id bigint, kind text, value text) order by hash) as locks`,
    [JSON.stringify(keys)],
  )
  const found = new Map(
    (
      await tx.query<{ key: string; contact: Record<string, unknown> }>(
        `select i.project_id || '/' || i.kind || '/' || i.value as key, row_to_json(c) as contact
           from json_to_recordset($1::text::json) as k (project_id bigint, kind text, value text)
           join identities i on i.project_id = k.project_id and i.kind = k.kind and i.value = k.value
           join contacts c on c.id = i.contact_id`,
        [JSON.stringify(keys)],
      )
    ).map((row) => [row.key, readContactRow(row.contact)]),
  )
  const ids = await tx.query<{ id: number }>(
    `select nextval(pg_get_serial_sequence('contacts', 'id')) as id from generate_series(1, $1::int)`,
    [people.length],
  )
  const contacts: Record<string, unknown>[] = []
  const identities: Record<string, unknown>[] = []
  const changes: Record<string, unknown>[] = []
  const admitted = people.map((person) => {
    const known = distinctIdentities(person)
    const by = known.find((identity) => found.has(keyOf(person.projectId, identity)))
    const existing = by && found.get(keyOf(person.projectId, by))
    const cameBy = by ? identityKey(by) : null
    const contact = existing ?? newContact(Number(ids.pop()!.id), now, person)
    for (const identity of known) {
      if (found.has(keyOf(person.projectId, identity))) continue
      found.set(keyOf(person.projectId, identity), contact)
      identities.push({
        project_id: person.projectId,
        contact_id: contact.id,
        ...identity,
        came_by: cameBy,
        created_at: now,
      })
    }
    if (!existing) {
      contacts.push(snakeKeys(contact))
      changes.push({
        project_id: person.projectId,
        kind: 'contact.created',
        contact_id: contact.id,
        data: { by: { kind: 'channel', id: person.channelId } },
        at: now,
      })
    }
    return contact
  })
  await runTogether(tx, [
    insertRows('contacts', Object.keys(contacts[0] ?? {}), contacts),
    insertRows('identities', ['project_id', 'contact_id', 'kind', 'value', 'came_by', 'created_at'], identities),
    insertChanges(changes),
  ])
  return admitted
}

/** Changes as rows; the transaction's number is the log's default. */
function insertChanges(changes: Record<string, unknown>[]) {
  return insertRows('changes', ['project_id', 'kind', 'contact_id', 'data', 'at'], changes)
}

function keyOf(projectId: number, identity: { kind: string; value: string }): string {
  return `${projectId}/${identity.kind}/${identity.value}`
}

function distinctIdentities(person: NewPerson): { kind: string; value: string }[] {
  return [...new Map(person.identities.map((identity) => [keyOf(0, identity), identity])).values()]
}

function newContact(id: number, now: Date, person: NewPerson): Contact {
  const contact: Contact = {
    id,
    projectId: person.projectId,
    ...emptyFields,
    responsibleId: null,
    attributes: {},
    labels: [],
    setByHand: [],
    blockedUntil: null,
    blockedReason: null,
    blockedById: null,
    blockedAt: null,
    blockedMessages: 0,
    mergedIntoId: null,
    lastActivityAt: now,
    createdAt: now,
    updatedAt: now,
  }
  return { ...contact, ...newlyTold(contact, person) }
}

const emptyFields = {
  firstName: null,
  lastName: null,
  username: null,
  phone: null,
  email: null,
  country: null,
  language: null,
  timeZone: null,
  trafficSource: null,
  picture: null,
}

/** What a contact can be reached by; the first phone and the first e-mail stand before the others. */
export async function contactIdentities(db: Queryable, contactId: number): Promise<{ kind: string; value: string }[]> {
  return db.query(
    `select i.kind, i.value from identities i join contacts c on c.id = i.contact_id where i.contact_id = $1
      order by (i.kind = 'phone' and i.value = c.phone or i.kind = 'email' and i.value = c.email) desc nulls last, i.id`,
    [contactId],
  )
}

/** A contact as the message path holds them; of one that was merged, the survivor. */
export async function readContact(tx: Tx, contactId: number): Promise<Contact | undefined> {
  const [row] = await tx.query<{ contact: Record<string, unknown> }>(
    'select row_to_json(c) as contact from contacts c where id = surviving_contact($1)',
    [contactId],
  )
  return row && readContactRow(row.contact)
}
