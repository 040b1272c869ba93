import type { contactImportRows, contactImports } from './imports.table.ts'

/** A file of contacts that was uploaded, and how far it is. */
export type ContactImport = typeof contactImports.$inferSelect

/** A row of the file. */
export type ImportRow = typeof contactImportRows.$inferSelect

/** `checking` and `running` go through the rows; `checked` is what a dry run ends in. */
export type ImportStatus = 'reading' | 'ready' | 'checking' | 'checked' | 'running' | 'done' | 'cancelled'

export const rowOutcomes = ['made', 'updated', 'unchanged', 'refused'] as const
export type RowOutcome = (typeof rowOutcomes)[number]

/** How an import was started. */
export interface ImportSettings {
  /** What each column is taken for, in the order of the columns; null leaves it out. */
  targets: (string | null)[]
  /** What finds a contact that is there already; all of a row must lead to the same one. */
  findBy: string[]
  /** What may become of a row. */
  mode: 'create' | 'update' | 'both'
  /** Put on every contact that the import makes or finds. */
  labels: string[]
}
