import type { contactImportRows, contactImports } from './imports.table.ts'

/** A file of contacts that was uploaded, and how far it is. */
export type ContactImport = typeof contactImports.$inferSelect

/** A row of the file. */
export type ImportRow = typeof contactImportRows.$inferSelect

/** `checking` (a dry run) and `running` go through the rows; `checked` is what a dry run ends in. */
export const importStatuses = ['reading', 'ready', 'checking', 'checked', 'running', 'done', 'cancelled'] as const
export type ImportStatus = (typeof importStatuses)[number]

export const rowOutcomes = ['made', 'updated', 'unchanged', 'refused'] as const
export type RowOutcome = (typeof rowOutcomes)[number]

/** What may become of a row: a new contact, a change of one that is found, or both. */
export const importModes = ['create', 'update', 'both'] as const
export type ImportMode = (typeof importModes)[number]

/** How an import was started. */
export interface ImportSettings {
  /** What each column is taken for, in the order of the columns; null leaves it out. */
  targets: (string | null)[]
  /** The targets that find a contact which is there already; all that a row has must lead to the same one. */
  findBy: string[]
  mode: ImportMode
  /** Put on every contact that the import makes or finds. */
  labels: string[]
}

/** Whether rows are being worked on. */
export function isUnderWay({ status }: Pick<ContactImport, 'status'>): boolean {
  return status === 'checking' || status === 'running'
}

/** How far an import is, as its changes tell it. */
export function progressOf(row: ContactImport) {
  const { id, fileName, status, rows, made, updated, unchanged, refused } = row
  const done = made + updated + unchanged + refused
  return { importId: id, fileName, status, rows, done, made, updated, unchanged, refused }
}
