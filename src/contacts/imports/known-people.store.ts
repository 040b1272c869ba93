import { eq, inArray } from 'drizzle-orm'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import { operators } from '../../team/team.table.ts'
import type { Contact } from '../contact.ts'
import { readContactRow } from '../contact-row.store.ts'
import { contacts } from '../contacts.table.ts'
import { type Identity, identityKey } from '../identity.ts'

/**
 * Locks identities until the transaction ends, as whoever makes contacts does, but waits for nobody: false when somebody
 * has one of them just now. So a batch that holds many locks can never be part of a deadlock.
 */
export async function tryLockIdentities(tx: Tx, projectId: number, wanted: readonly Identity[]): Promise<boolean> {
  if (wanted.length === 0) return true
  const [row] = await tx.query<{ got: boolean }>(
    `select bool_and(pg_try_advisory_xact_lock(hash)) as got from (
       select distinct hashtextextended(key, 0) as hash from json_array_elements_text($1::text::json) as key
        order by hash) as locks`,
    [JSON.stringify(wanted.map((identity) => `${projectId}/${identityKey(identity)}`))],
  )
  return row!.got
}

/** Whose these identities are, by their keys. */
export async function ownersOf(
  db: Queryable,
  projectId: number,
  wanted: readonly Identity[],
): Promise<Map<string, number>> {
  if (wanted.length === 0) return new Map()
  const rows = await db.query<{ kind: string; value: string; contact_id: number }>(
    `select i.kind, i.value, i.contact_id from json_to_recordset($2::text::json) as k (kind text, value text)
       join identities i on i.project_id = $1 and i.kind = k.kind and i.value = k.value`,
    [projectId, JSON.stringify(wanted)],
  )
  return new Map(rows.map((row) => [identityKey(row), Number(row.contact_id)]))
}

/** The contacts that are now what these numbers name; a number of another project names none. */
export async function survivorsOf(
  db: Queryable,
  projectId: number,
  numbers: readonly number[],
): Promise<Map<number, number>> {
  if (numbers.length === 0) return new Map()
  const rows = await db.query<{ number: number; id: number }>(
    `select n::bigint as number, c.id from json_array_elements_text($2::text::json) as n
       join contacts c on c.id = surviving_contact(n::bigint) and c.project_id = $1`,
    [projectId, JSON.stringify(numbers)],
  )
  return new Map(rows.map((row) => [Number(row.number), Number(row.id)]))
}

/** The contacts that have these usernames, which are in small letters. */
export async function contactsByUsername(
  db: Queryable,
  projectId: number,
  usernames: readonly string[],
): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>()
  if (usernames.length === 0) return found
  const rows = await db.query<{ username: string; id: number }>(
    `select lower(c.username) as username, c.id from contacts c
      where c.project_id = $1 and c.username is not null and c.merged_into_id is null
        and lower(c.username) = any (select json_array_elements_text($2::text::json)) order by c.id`,
    [projectId, JSON.stringify(usernames)],
  )
  for (const { username, id } of rows) found.set(username, [...(found.get(username) ?? []), Number(id)])
  return found
}

export async function readContacts(db: Queryable, ids: readonly number[]): Promise<Contact[]> {
  return ids.length === 0
    ? []
    : db.orm
        .select()
        .from(contacts)
        .where(inArray(contacts.id, [...ids]))
}

/** The contacts of these numbers, locked until the transaction ends; those that somebody has locked are left out. */
export async function tryLockContacts(tx: Tx, ids: readonly number[]): Promise<Contact[]> {
  if (ids.length === 0) return []
  const rows = await tx.query<{ contact: Record<string, unknown> }>(
    `select row_to_json(c) as contact from contacts c
      where c.id = any (select n::bigint from json_array_elements_text($1::text::json) as n)
      order by c.id for no key update skip locked`,
    [JSON.stringify(ids)],
  )
  return rows.map((row) => readContactRow(row.contact))
}

/** Operators by number, e-mail in small letters and name in small letters; what two share leads to none. */
export async function readOperatorWords(db: Queryable, projectId: number): Promise<Map<string, number>> {
  const rows = await db.orm
    .select({ id: operators.id, name: operators.name, email: operators.email })
    .from(operators)
    .where(eq(operators.projectId, projectId))
  const owners = new Map<string, Set<number>>()
  for (const { id, name, email } of rows) {
    for (const word of [String(id), name.toLowerCase(), email?.toLowerCase()]) {
      if (word) owners.set(word, (owners.get(word) ?? new Set()).add(id))
    }
  }
  return new Map([...owners].flatMap(([word, ids]) => (ids.size === 1 ? [[word, [...ids][0]!] as const] : [])))
}

/** The earlier rows of a passage that spoke of somebody, by key. */
export async function readKeys(db: Queryable, importId: number, keys: readonly string[]): Promise<Map<string, number>> {
  if (keys.length === 0) return new Map()
  const rows = await db.query<{ key: string; number: number }>(
    `select k.key, k.number from contact_import_keys k
      where k.import_id = $1 and k.key = any (select json_array_elements_text($2::text::json))`,
    [importId, JSON.stringify(keys)],
  )
  return new Map(rows.map((row) => [row.key, row.number]))
}
