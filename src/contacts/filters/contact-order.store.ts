import { and, eq, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { Queryable } from '../../platform/database/database.ts'
import { contacts } from '../contacts.table.ts'
import { contactSearch } from './contact-search.table.ts'
import type { ContactSort, SortPlace } from './contact-sort.ts'

/** In what order contacts stand: by a key, and by their numbers among equal keys or without one. */
export interface Order {
  key: Key | undefined
  descending: boolean
}

interface Key {
  column: SQLWrapper
  /** Contacts may have none; they come last. */
  nullable: boolean
  /** The type of the column. */
  type: SQL
  /** What of it goes into a cursor. */
  text(value: SQLWrapper): SQL<string | null>
}

/** Which contacts, from where on and how many. */
export interface OrderedQuery {
  projectId: number
  condition: SQL
  order: Order
  after: SortPlace | undefined
  limit: number
}

export function orderOf(sort: ContactSort): Order {
  return { key: keys[sort.replace('-', '')], descending: sort.startsWith('-') }
}

/** So many contacts are sorted; of more than that the first ones are soon met by walking through all in their order. */
const fewContacts = 2000

/**
 * Finds all that are meant and sorts them; undefined when they are more than a few. The database cannot know whether walking
 * through an order meets them at its begin or at its end, so where they are few they are looked for by what they have.
 */
export async function sortFew(
  db: Queryable,
  { condition, order, after, limit }: OrderedQuery,
): Promise<SortPlace[] | undefined> {
  const { key, descending } = order
  const found = db.orm
    .select({ id: contacts.id, key: (key ? sql`${key.column}` : sql`null::text`).as('key') })
    .from(contacts)
    .leftJoin(contactSearch, eq(contactSearch.contactId, contacts.id))
    .where(and(condition, after && behind(order, after)))
    .limit(fewContacts + 1)
    .as('found')
  const direction = descending ? sql`desc` : sql`asc`
  const rows = await db.orm
    .select({
      id: found.id,
      key: key ? key.text(sql`found.key`) : sql<null>`null`,
      total: sql<number>`(count(*) over ())::int`,
    })
    .from(found)
    .orderBy(sql`found.key ${direction} nulls last`, sql`found.id ${direction}`)
    .limit(limit)
  return (rows[0]?.total ?? 0) > fewContacts ? undefined : rows.map(({ id, key: text }) => ({ id, key: text }))
}

/** Walks through the contacts in their order, where an index has it, until it has met enough that are meant. */
export async function walkInOrder(db: Queryable, query: OrderedQuery): Promise<SortPlace[]> {
  const { order, after, limit, condition } = query
  const { key } = order
  if (!key?.nullable) return walk(db, query, [condition, after && behind(order, after)])
  const isAmongEmpty = after !== undefined && after.key === null
  const own = key === keys.name ? eq(contactSearch.projectId, query.projectId) : undefined
  const keyed = [condition, own, sql`${key.column} is not null`, after && comesBehind(order, after)]
  const places = isAmongEmpty ? [] : await walk(db, query, keyed)
  if (places.length >= limit) return places
  const byId = { key: undefined, descending: order.descending }
  const empty = [condition, own, sql`${key.column} is null`, isAmongEmpty ? comesBehind(byId, after) : undefined]
  const rest = await walk(db, { ...query, order: byId, limit: limit - places.length }, empty)
  return [...places, ...rest]
}

async function walk(
  db: Queryable,
  { order: { key, descending }, limit }: OrderedQuery,
  conditions: (SQL | undefined)[],
): Promise<SortPlace[]> {
  const direction = descending ? sql`desc` : sql`asc`
  return db.orm
    .select({ id: contacts.id, key: key ? key.text(key.column) : sql<null>`null` })
    .from(contacts)
    .leftJoin(contactSearch, eq(contactSearch.contactId, contacts.id))
    .where(and(...conditions))
    .orderBy(...(key ? [sql`${key.column} ${direction}`] : []), sql`${contacts.id} ${direction}`)
    .limit(limit)
}

/** What comes behind a place, those without a key included. */
function behind(order: Order, after: SortPlace): SQL {
  if (!order.key?.nullable) return comesBehind(order, after)
  const column = order.key.column
  if (after.key !== null) return sql`(${column} is null or ${comesBehind(order, after)})`
  return sql`(${column} is null and ${comesBehind({ ...order, key: undefined }, after)})`
}

function comesBehind({ key, descending }: Order, after: SortPlace): SQL {
  const beyond = descending ? sql`<` : sql`>`
  return key
    ? sql`(${key.column}, ${contacts.id}) ${beyond} (${after.key}::${key.type}, ${after.id}::bigint)`
    : sql`${contacts.id} ${beyond} ${after.id}::bigint`
}

const asIs = (value: SQLWrapper) => sql<string | null>`${value}`
const iso = (value: SQLWrapper) =>
  sql<string | null>`to_char(${value} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const keys: Record<string, Key | undefined> = {
  name: { column: contactSearch.sortName, nullable: true, type: sql`text`, text: asIs },
  createdAt: { column: contacts.createdAt, nullable: false, type: sql`timestamptz`, text: iso },
  lastActivityAt: { column: contacts.lastActivityAt, nullable: true, type: sql`timestamptz`, text: iso },
}
