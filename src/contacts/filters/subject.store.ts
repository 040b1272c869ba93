import { type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import { contacts } from '../contacts.table.ts'
import { contactValues } from './contact-search.table.ts'
import type { FilterView } from './filter-field.store.ts'

/** Where the values of a field stand, so that the same operators serve a column and a custom field. */
export interface Subject {
  /** What holds of a contact that has a value for which `test` holds. */
  where(view: FilterView, test: (value: SQLWrapper) => SQL): SQL
  /** The opposite of such a condition, which also holds of a contact without a value. */
  not(condition: SQL): SQL
  isSet(view: FilterView): SQL
}

/** A column of the contact that may be null. */
export function columnSubject(column: SQLWrapper): Subject {
  return {
    where: (_view, test) => test(column),
    not: (condition) => sql`(${condition}) is not true`,
    isSet: () => sql`${column} is not null`,
  }
}

/** A column of `contact_search`. */
export function wordsSubject(column: SQLWrapper): Subject {
  return { ...columnSubject(column), isSet: () => sql`${column} <> ''` }
}

/** A custom field of this name; `column` is the one of `contact_values` that its type is compared by. */
export function attributeSubject(name: string, column: SQLWrapper): Subject {
  const having = (view: FilterView, test?: SQL) => sql`exists (select 1 from ${contactValues}
    where ${contactValues.contactId} = ${contacts.id} and ${contactValues.projectId} = ${view.projectId}
      and ${contactValues.name} = ${name}${test && sql` and ${test}`})`
  return {
    where: (view, test) => having(view, test(column)),
    not: (condition) => sql`not (${condition})`,
    isSet: (view) => having(view),
  }
}
