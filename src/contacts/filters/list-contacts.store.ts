import { eq, sql } from 'drizzle-orm'
import type { Database, Tx } from '../../platform/database/database.ts'
import { type Page, type PageRequest, readPage } from '../../platform/paging.ts'
import type { Contact } from '../contact.ts'
import { findContacts } from '../contacts.store.ts'
import { contacts } from '../contacts.table.ts'
import { type ContactChoice, type ContactsView, contactCondition, isEverybody } from './choose-contacts.store.ts'
import { findInOrder, orderOf, walkInOrder } from './contact-order.store.ts'
import { contactSearch } from './contact-search.table.ts'
import { type ContactSort, readSortCursor, writeSortCursor } from './contact-sort.ts'

/** How many contacts are counted exactly. */
export const countedContacts = 10_000

/**
 * The project's contacts that are meant, sorted (the newest first when nothing else is said). A place in the list is told by key
 * and number, so what is added or removed meanwhile neither repeats nor hides the others.
 */
export async function listContacts(
  db: Database,
  view: ContactsView,
  query: ContactChoice & PageRequest & { sort?: ContactSort },
): Promise<Page<Contact>> {
  const sort = query.sort ?? '-id'
  const { limit } = readPage({ limit: query.limit })
  const after = query.cursor === undefined ? undefined : readSortCursor(sort, query.cursor)
  return withPlans(db, async (tx) => {
    const chosen = await contactCondition(tx, view, query)
    const wanted = { projectId: view.projectId, ...chosen, order: orderOf(sort), after, limit: limit + 1 }
    const places = await (isEverybody(query) ? walkInOrder(tx, wanted) : findInOrder(tx, wanted))
    const shown = places.slice(0, limit)
    const last = places.length > limit ? shown.at(-1) : undefined
    const ids = shown.map((place) => place.id)
    const found = await findContacts(tx, ids)
    return {
      items: ids.flatMap((id) => found.get(id) ?? []),
      nextCursor: last ? writeSortCursor(sort, last) : null,
    }
  })
}

/** How many contacts are meant, exactly up to 10,000; `more` says that there are more than that. */
export async function countContacts(
  db: Database,
  view: ContactsView,
  choice: ContactChoice,
): Promise<{ count: number; more: boolean }> {
  return withPlans(db, async (tx) => {
    const found = tx.orm
      .select({ id: contacts.id })
      .from(contacts)
      .leftJoin(contactSearch, eq(contactSearch.contactId, contacts.id))
      .where((await contactCondition(tx, view, choice)).condition)
      .limit(countedContacts + 1)
      .as('found')
    const [row] = await tx.orm.select({ count: sql<number>`count(*)::int` }).from(found)
    return { count: Math.min(row!.count, countedContacts), more: row!.count > countedContacts }
  })
}

/**
 * What the planner takes for granted is a disk that turns, where pages out of order are dear: there it would rather read whole
 * tables than look a thousand rows up. These statements are done before others have been started to help, or they have been
 * compiled, and what they compare fits into some megabytes, which need not go over a disk (https://www.postgresql.org/docs/current/runtime-config-query.html).
 */
async function withPlans<T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  return db.transaction(async (tx) => {
    const set = tx.query(
      `select set_config('random_page_cost', '1.1', true), set_config('work_mem', '32MB', true),
              set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true)`,
    )
    const [result] = await Promise.all([work(tx), set])
    return result
  })
}
