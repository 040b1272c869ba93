import { and, inArray } from 'drizzle-orm'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import { fewestDigits, type Twin, type TwinReason } from './twin.ts'
import { dismissedTwins } from './twins.table.ts'

/** Contacts that share something: of one reason and value. */
export interface TwinGroup {
  reason: TwinReason
  /** What they share, in the form that is compared. */
  value: string
  /** The oldest of them first, up to 20. */
  contactIds: number[]
  count: number
}

const shownAtMost = 20

interface Source {
  from: string
  contact: string
  /** What is compared; each source has an index of the project and this. */
  value: string
  where: string
}

const lastDigits = (column: string) => `right(regexp_replace(${column}, '\\D', '', 'g'), 10)`
const field = (column: string, value: string): Source => ({
  from: 'contacts',
  contact: 'id',
  value,
  where: `${column} is not null and merged_into_id is null`,
})
const identity = (kind: string, value: string): Source => ({
  from: 'identities',
  contact: 'contact_id',
  value,
  where: `kind = '${kind}'`,
})

const sources: Record<TwinReason, Source[]> = {
  phone: [field('phone', lastDigits('phone')), identity('phone', lastDigits('value'))],
  // As identities e-mails are kept in small letters.
  email: [field('email', 'lower(email)'), identity('email', 'value')],
  username: [field('username', 'lower(username)')],
}

/** Groups of contacts that share something of one reason, sorted by what it is, from behind `after`. */
export async function findTwinGroups(
  db: Queryable,
  projectId: number,
  reason: TwinReason,
  after: string,
  limit: number,
): Promise<TwinGroup[]> {
  const all = sources[reason].map(
    ({ from, contact, value, where }) =>
      `select ${contact} as contact_id, ${value} as value from ${from} where project_id = $1 and ${where}`,
  )
  const rows = await db.query<{ value: string; ids: number[]; count: number | string }>(
    `select value, to_json((array_agg(distinct contact_id))[1:${shownAtMost}]) as ids, count(distinct contact_id) as count
       from (${all.join(' union all ')}) as all_values
      where value > $2 and length(value) >= ${reason === 'phone' ? fewestDigits : 1}
      group by value having min(contact_id) < max(contact_id) order by value limit $3`,
    [projectId, after, limit],
  )
  return rows.map((row) => ({ reason, value: row.value, contactIds: row.ids.map(Number), count: Number(row.count) }))
}

/** The other contacts that share one of these values with a contact, up to 20 for each reason, the oldest first. */
export async function findTwins(
  db: Queryable,
  projectId: number,
  contactId: number,
  values: Record<TwinReason, string[]>,
): Promise<Twin[]> {
  const twins: Twin[] = []
  for (const [reason, wanted] of Object.entries(values) as [TwinReason, string[]][]) {
    if (wanted.length === 0) continue
    const each = sources[reason].map(
      ({ from, contact, value, where }) =>
        `select ${contact} as contact_id, k.value from json_array_elements_text($3::text::json) as k (value)
           cross join lateral (select * from ${from} where project_id = $1 and ${value} = k.value and ${where}) as t`,
    )
    const rows = await db.query<{ contact_id: number; value: string }>(
      `select distinct contact_id, value from (${each.join(' union all ')}) as same where contact_id <> $2
        order by contact_id limit ${shownAtMost}`,
      [projectId, contactId, JSON.stringify(wanted)],
    )
    twins.push(...rows.map((row) => ({ contactId: Number(row.contact_id), reason, value: row.value })))
  }
  return twins
}

/** Notes that two contacts are two persons; false when that was noted before. */
export async function insertDismissal(tx: Tx, row: typeof dismissedTwins.$inferInsert): Promise<boolean> {
  const rows = await tx.orm.insert(dismissedTwins).values(row).onConflictDoNothing().returning()
  return rows.length > 0
}

/** The pairs among these contacts that were dismissed, as {@link pairKey} writes them. */
export async function dismissedAmong(db: Queryable, contactIds: number[]): Promise<Set<string>> {
  if (contactIds.length === 0) return new Set()
  const rows = await db.orm
    .select({ firstId: dismissedTwins.firstId, secondId: dismissedTwins.secondId })
    .from(dismissedTwins)
    .where(and(inArray(dismissedTwins.firstId, contactIds), inArray(dismissedTwins.secondId, contactIds)))
  return new Set(rows.map((row) => pairKey(row.firstId, row.secondId)))
}

/** A pair of contacts, whichever is named first. */
export function pairKey(one: number, other: number): string {
  return `${Math.min(one, other)}/${Math.max(one, other)}`
}
