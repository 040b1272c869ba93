import { eq, sql } from 'drizzle-orm'
import type { Queryable } from '../../platform/database/database.ts'
import { type Page, type PageRequest, readPage } from '../../platform/paging.ts'
import type { Contact } from '../contact.ts'
import { findContacts } from '../contacts.store.ts'
import { contacts } from '../contacts.table.ts'
import { type ContactChoice, type ContactsView, contactCondition, isEverybody } from './choose-contacts.store.ts'
import { orderOf, sortFew, walkInOrder } from './contact-order.store.ts'
import { contactSearch } from './contact-search.table.ts'
import { type ContactSort, readSortCursor, writeSortCursor } from './contact-sort.ts'

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
  const order = orderOf(sort)
  const condition = await contactCondition(db, view, query)

  const wanted = { projectId: view.projectId, condition, order, after, limit: limit + 1 }
  const few = isEverybody(query) ? undefined : await sortFew(db, wanted)
  const places = few ?? (await walkInOrder(db, wanted))
  const shown = places.slice(0, limit)
  const last = places.length > limit ? shown.at(-1) : undefined
  const found = await findContacts(
    db,
    shown.map((place) => place.id),
  )
  return {
    items: shown.flatMap((place) => found.get(place.id) ?? []),
    nextCursor: last ? writeSortCursor(sort, last) : null,
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
