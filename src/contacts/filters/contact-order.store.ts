import { and, eq, getTableColumns, isNull, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { Queryable } from '../../platform/database/database.ts'
import { contacts } from '../contacts.table.ts'
import { beginLength, contactSearch } from './contact-search.table.ts'
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
  /** What a search asks of words wherever they stand. */
  searched?: (words: SQLWrapper) => SQL
  order: Order
  after: SortPlace | undefined
  limit: number
}

export function orderOf(sort: ContactSort): Order {
  return { key: keys[sort.replace('-', '')], descending: sort.startsWith('-') }
}

/** So many contacts are looked through in their order before it is asked whether only a few are meant at all. */
const firstLook = 3000
/** By name each of them costs three look-ups instead of one. */
const firstLookByName = 1000
/** So many contacts are sorted; of more than that the first ones are met by walking through all in their order. */
const fewContacts = 2000

/**
 * Finds the first of the contacts that are meant. Most filters let enough of the first contacts pass. Where they do not, the
 * database cannot know whether the others stand far behind or are few, and would often look through all in vain: so those
 * that are meant are looked for by what they have, and only if they are many, all contacts are walked through.
 */
export async function findInOrder(db: Queryable, query: OrderedQuery): Promise<SortPlace[]> {
  const near = await lookAtFirst(db, query)
  if (near.length >= query.limit) return near
  return (await sortFew(db, query)) ?? (await walkInOrder(db, query))
}

/** Those that are meant among the first contacts that have a key. */
async function lookAtFirst(db: Queryable, { projectId, condition, searched, order, after, limit }: OrderedQuery) {
  const { key } = order
  if (after && key && after.key === null) return []
  // The index of names answers a search so soon that it is not worth a first look.
  if (key === keys.name && searched) return []
  const first = db.orm
    .select({ ...getTableColumns(contacts), key: (key ? sql`${key.column}` : sql`null::text`).as('key') })
    .from(contacts)
    .leftJoin(named, eq(named.contactId, contacts.id))
    .where(
      and(
        eq(contacts.projectId, projectId),
        isNull(contacts.mergedIntoId),
        key?.nullable ? sql`${key.column} is not null` : undefined,
        key === keys.name ? eq(named.projectId, projectId) : undefined,
        after && comesBehind(order, after),
      ),
    )
    .orderBy(...sorted(order))
    .limit(key === keys.name ? firstLookByName : firstLook)
    // Under the name of the table, which the condition speaks of.
    .as('contacts')
  const direction = directionOf(order)
  return db.orm
    .select({ id: first.id, key: key ? key.text(sql`contacts.key`) : sql<null>`null` })
    .from(first)
    .leftJoin(contactSearch, eq(contactSearch.contactId, first.id))
    .where(condition)
    .orderBy(...(key ? [sql`contacts.key ${direction}`] : []), sql`contacts.id ${direction}`)
    .limit(limit)
}

/** Finds all that are meant and sorts them; undefined when they are more than a few. */
async function sortFew(
  db: Queryable,
  { condition, order, after, limit }: OrderedQuery,
): Promise<SortPlace[] | undefined> {
  const { key } = order
  const found = db.orm
    .select({ id: contacts.id, key: (key ? sql`${key.column}` : sql`null::text`).as('key') })
    .from(contacts)
    .leftJoin(contactSearch, eq(contactSearch.contactId, contacts.id))
    .leftJoin(named, eq(named.contactId, contacts.id))
    .where(and(condition, after && behind(order, after)))
    .limit(fewContacts + 1)
    .as('found')
  const direction = directionOf(order)
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

/** Walks through the contacts in their order until it has met enough that are meant. */
export async function walkInOrder(db: Queryable, query: OrderedQuery): Promise<SortPlace[]> {
  const { order, after, limit, condition } = query
  const { key } = order
  if (!key?.nullable) return walk(db, query, [condition, after && behind(order, after)])
  const isAmongEmpty = after !== undefined && after.key === null
  const own = key === keys.name ? inIndexOfNames(query) : undefined
  const keyed = [condition, own, sql`${key.column} is not null`, after && comesBehind(order, after)]
  const places = isAmongEmpty ? [] : await walk(db, query, keyed)
  if (places.length >= limit) return places
  const byId = { key: undefined, descending: order.descending }
  const empty = [condition, own, sql`${key.column} is null`, isAmongEmpty ? comesBehind(byId, after) : undefined]
  const rest = await walk(db, { ...query, order: byId, limit: limit - places.length }, empty)
  return [...places, ...rest]
}

async function walk(db: Queryable, { order, limit }: OrderedQuery, conditions: (SQL | undefined)[]) {
  const { key } = order
  return db.orm
    .select({ id: contacts.id, key: key ? key.text(key.column) : sql<null>`null` })
    .from(contacts)
    .leftJoin(contactSearch, eq(contactSearch.contactId, contacts.id))
    .leftJoin(named, eq(named.contactId, contacts.id))
    .where(and(...conditions))
    .orderBy(...sorted(order))
    .limit(limit)
}

/** What the index of names can tell without the rows themselves. */
function inIndexOfNames({ projectId, searched }: OrderedQuery): SQL | undefined {
  const { begin } = named
  return and(
    eq(named.projectId, projectId),
    searched && sql`(${searched(begin)} or octet_length(${begin}) >= ${beginLength})`,
  )
}

function sorted(order: Order): SQL[] {
  const direction = directionOf(order)
  return [...(order.key ? [sql`${order.key.column} ${direction}`] : []), sql`${contacts.id} ${direction}`]
}

function directionOf({ descending }: Order): SQL {
  return descending ? sql`desc` : sql`asc`
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

/** `contact_search` once more, for its order: a left join that nothing is asked of costs nothing. */
const named = alias(contactSearch, 'named')

const asIs = (value: SQLWrapper) => sql<string | null>`${value}`
const iso = (value: SQLWrapper) =>
  sql<string | null>`to_char(${value} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const keys: Record<string, Key | undefined> = {
  name: { column: named.sortName, nullable: true, type: sql`text`, text: asIs },
  createdAt: { column: contacts.createdAt, nullable: false, type: sql`timestamptz`, text: iso },
  lastActivityAt: { column: contacts.lastActivityAt, nullable: true, type: sql`timestamptz`, text: iso },
}
