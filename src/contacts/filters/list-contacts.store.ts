import { and, eq, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { Queryable } from '../../platform/database/database.ts'
import { type Page, type PageRequest, readPage } from '../../platform/paging.ts'
import type { Contact } from '../contact.ts'
import { contacts } from '../contacts.table.ts'
import { type ContactChoice, type ContactsView, contactCondition } from './choose-contacts.store.ts'
import { contactSearch } from './contact-search.table.ts'
import { type ContactSort, readSortCursor, type SortPlace, writeSortCursor } from './contact-sort.ts'

/** How many contacts are counted exactly. */
export const countedContacts = 10_000

/**
 * The project's contacts that are meant, sorted (the newest first when nothing else is said). A place in the list is told by key
 * and number, so what is added or removed meanwhile neither repeats nor hides the others.
 */
export async function listContacts(
  db: Queryable,
  view: ContactsView,
  query: ContactChoice & PageRequest & { sort?: ContactSort },
): Promise<Page<Contact>> {
  const sort = query.sort ?? '-id'
  const { limit } = readPage({ limit: query.limit })
  const after = query.cursor === undefined ? undefined : readSortCursor(sort, query.cursor)
  const key = keys[sort.replace('-', '')]
  const descending = sort.startsWith('-')
  const conditions = [await contactCondition(db, view, query), key?.scope?.(view.projectId)]

  const isAmongEmpty = key !== undefined && after !== undefined && after.key === null
  const keyed = key?.nullable ? [...conditions, sql`${key.column} is not null`] : conditions
  const rows = isAmongEmpty ? [] : await readRows(db, keyed, { key, descending, after, limit: limit + 1 })
  if (key?.nullable && rows.length <= limit) {
    const empty = [...conditions, sql`${key.column} is null`]
    const place = {
      key: undefined,
      descending,
      after: isAmongEmpty ? after : undefined,
      limit: limit + 1 - rows.length,
    }
    rows.push(...(await readRows(db, empty, place)))
  }
  const items = rows.slice(0, limit)
  const last = rows.length > limit ? items.at(-1) : undefined
  return {
    items: items.map((row) => row.contact),
    nextCursor: last ? writeSortCursor(sort, { key: key?.of(last) ?? null, id: last.contact.id }) : null,
  }
}

/** How many contacts are meant, exactly up to 10,000; `more` says that there are more than that. */
export async function countContacts(
  db: Queryable,
  view: ContactsView,
  choice: ContactChoice,
): Promise<{ count: number; more: boolean }> {
  const found = db.orm
    .select({ id: contacts.id })
    .from(contacts)
    .leftJoin(contactSearch, eq(contactSearch.contactId, contacts.id))
    .where(await contactCondition(db, view, choice))
    .limit(countedContacts + 1)
    .as('found')
  const [row] = await db.orm.select({ count: sql<number>`count(*)::int` }).from(found)
  return { count: Math.min(row!.count, countedContacts), more: row!.count > countedContacts }
}

/** What a list is sorted by before the numbers of contacts; undefined: by those alone. */
interface Key {
  column: SQLWrapper
  nullable: boolean
  /** The type that keys of cursors have. */
  type: SQL
  /** What lets the database walk through its index. */
  scope?: (projectId: number) => SQL
  of(row: Row): string | null
}

interface Row {
  contact: Contact
  sortName: string | null
}

const keys: Record<string, Key | undefined> = {
  name: {
    column: contactSearch.sortName,
    nullable: true,
    type: sql`text`,
    scope: (projectId) => eq(contactSearch.projectId, projectId),
    of: (row) => row.sortName,
  },
  createdAt: {
    column: contacts.createdAt,
    nullable: false,
    type: sql`timestamptz`,
    of: ({ contact }) => contact.createdAt.toISOString(),
  },
  lastActivityAt: {
    column: contacts.lastActivityAt,
    nullable: true,
    type: sql`timestamptz`,
    of: ({ contact }) => contact.lastActivityAt?.toISOString() ?? null,
  },
}

/** Reads rows behind a place of one order. */
async function readRows(
  db: Queryable,
  conditions: (SQL | undefined)[],
  { key, descending, after, limit }: { key: Key | undefined; descending: boolean; after?: SortPlace; limit: number },
): Promise<Row[]> {
  const direction = descending ? sql`desc` : sql`asc`
  const beyond = descending ? sql`<` : sql`>`
  const place =
    after &&
    (key
      ? sql`(${key.column}, ${contacts.id}) ${beyond} (${after.key}::${key.type}, ${after.id}::bigint)`
      : sql`${contacts.id} ${beyond} ${after.id}::bigint`)
  const byId = sql`${contacts.id} ${direction}`
  return db.orm
    .select({ contact: contacts, sortName: key === keys.name && key ? contactSearch.sortName : sql<null>`null` })
    .from(contacts)
    .leftJoin(contactSearch, eq(contactSearch.contactId, contacts.id))
    .where(and(...conditions, place))
    .orderBy(...(key ? [sql`${key.column} ${direction}`, byId] : [byId]))
    .limit(limit)
}
