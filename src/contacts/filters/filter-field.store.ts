import type { SQL } from 'drizzle-orm'
import type { Locale } from '../attribute.ts'

/**
 * Something that a filter of contacts can ask about. The contacts' own and custom fields are here; what upper modules
 * know of a contact (its channels, its deals) they describe themselves, and the composing file hands it over.
 */
export interface FilterField {
  /** As a rule names it: `name`, `channel`, `attributes.city`. */
  name: string
  title: string
  /** What can be chosen from, where that is fixed. */
  choices?: readonly string[]
  operators: Readonly<Record<string, FilterOperator>>
}

/** One way to compare a field. */
export interface FilterOperator {
  /** What its value must be, in words that follow "expected": `a number such as 1500.5`. Absent where it takes none. */
  expects?: string
  /**
   * What must hold of the row of `contacts`; undefined when the value is not what the operator expects. Values go into
   * the condition as parameters.
   */
  condition(view: FilterView, value: unknown): SQL | undefined
}

/** In which project, when, and with which reading of phones and days contacts are chosen. */
export interface FilterView {
  projectId: number
  now: Date
  locale: Locale
}
