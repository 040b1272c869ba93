import { and, eq, isNull, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { Queryable } from '../../platform/database/database.ts'
import { readAttributes } from '../attributes.store.ts'
import { readLocale } from '../contacts.store.ts'
import { contacts } from '../contacts.table.ts'
import { attributeField } from './attribute-field.store.ts'
import { compileFilter } from './compile-filter.store.ts'
import { contactFields } from './contact-fields.store.ts'
import { contactSearch } from './contact-search.table.ts'
import type { FilterGroup } from './filter.ts'
import type { FilterField } from './filter-field.store.ts'
import { getSegment } from './get-segment.ts'
import { searchCondition } from './search-condition.store.ts'

/** Which contacts are meant: those for which all that is given holds. */
export interface ContactChoice {
  /** What somebody typed to find a contact. */
  search?: string
  /** Labels that the contact has, all of them. */
  labels?: string[]
  /** The number of a segment. */
  segment?: number
  filter?: FilterGroup
}

/** Whether nothing is chosen, so that all contacts are meant. */
export function isEverybody({ search, labels, segment, filter }: ContactChoice): boolean {
  return !search && !labels?.length && segment === undefined && filter === undefined
}

/** Where and when contacts are looked for, and what upper modules let filters ask. */
export interface ContactsView {
  projectId: number
  now: Date
  /** What filters can ask besides the contacts' own fields. */
  further: readonly FilterField[]
}

/** What tells the contacts that are meant. */
export interface ContactCondition {
  /** On `contacts`, left joined with `contact_search`. */
  condition: SQL
  /** What the search asks of words wherever they stand; absent without a search. */
  searched?: (words: SQLWrapper) => SQL
}

/**
 * The condition on `contacts`, joined with `contact_search`, that stands for a choice; contacts that went into others by a
 * merge are never meant. Throws `invalid` with every fault of a filter, `not_found` for a segment.
 */
export async function contactCondition(
  db: Queryable,
  view: ContactsView,
  choice: ContactChoice,
): Promise<ContactCondition> {
  const { projectId } = view
  const locale = await readLocale(db, projectId)
  const conditions = [eq(contacts.projectId, projectId), isNull(contacts.mergedIntoId)]
  const searched = choice.search ? searchCondition(choice.search, locale.country) : undefined
  if (searched) conditions.push(searched(contactSearch.words))
  if (choice.labels?.length) {
    const wanted = sql.join(
      choice.labels.map((label) => sql`${label}`),
      sql`, `,
    )
    conditions.push(sql`${contacts.labels} @> array[${wanted}]::text[]`)
  }
  const segment = choice.segment === undefined ? undefined : await getSegment(db, projectId, choice.segment)
  if (segment || choice.filter) {
    const fields = await filterFields(db, view)
    const filterView = { projectId, now: view.now, locale }
    if (segment) conditions.push(compileFilter(segment.filter, fields, filterView, 'segment'))
    if (choice.filter) conditions.push(compileFilter(choice.filter, fields, filterView))
  }
  return { condition: and(...conditions)!, searched }
}

/** All that filters of the project can ask, by name. */
export async function filterFields(db: Queryable, view: ContactsView): Promise<ReadonlyMap<string, FilterField>> {
  const definitions = await readAttributes(db, view.projectId)
  const fields = [...contactFields, ...view.further, ...definitions.map(attributeField)]
  return new Map(fields.map((field) => [field.name, field]))
}
