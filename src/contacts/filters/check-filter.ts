import type { Queryable } from '../../platform/database/database.ts'
import { readLocale } from '../contacts.store.ts'
import { type ContactsView, filterFields } from './choose-contacts.store.ts'
import { compileFilter } from './compile-filter.store.ts'
import type { FilterGroup } from './filter.ts'

/** Throws `invalid` with every fault of a filter: fields, operators and values that the project does not know. */
export async function checkFilter(db: Queryable, view: ContactsView, filter: FilterGroup): Promise<void> {
  const { projectId, now } = view
  compileFilter(filter, await filterFields(db, view), { projectId, now, locale: await readLocale(db, projectId) })
}
