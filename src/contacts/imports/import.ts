import type { contactImportRows, contactImports, ImportMode, ImportStatus, RowOutcome } from './imports.table.ts'

/** A file of contacts that was uploaded, and how far it is. */
export type ContactImport = typeof contactImports.$inferSelect

/** A row of the file. */
export type ImportRow = typeof contactImportRows.$inferSelect

export const importStatuses = [
  'reading',
  'ready',
  'checking',
  'checked',
  'running',
  'done',
  'cancelled',
] as const satisfies readonly ImportStatus[]
export const rowOutcomes = ['made', 'updated', 'unchanged', 'refused'] as const satisfies readonly RowOutcome[]
export const importModes = ['create', 'update', 'both'] as const satisfies readonly ImportMode[]

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
