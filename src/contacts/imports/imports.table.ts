import { index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { id, moment, ref } from '../../platform/columns.ts'
import { projects } from '../../team/team.table.ts'

/** `checking` (a dry run) and `running` go through the rows; `checked` is what a dry run ends in. */
export type ImportStatus = 'reading' | 'ready' | 'checking' | 'checked' | 'running' | 'done' | 'cancelled'

export type RowOutcome = 'made' | 'updated' | 'unchanged' | 'refused'

/** What may become of a row: a new contact, a change of one that is found, or both. */
export type ImportMode = 'create' | 'update' | 'both'

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

/** A file of contacts that was uploaded, and how far its rows have become contacts. */
export const contactImports = pgTable(
  'contact_imports',
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    /** Who uploaded it, and in whose name its contacts are made. */
    operatorId: ref(),
    fileName: text().notNull(),
    encoding: text().notNull(),
    delimiter: text().notNull(),
    /** The names at the head of the columns. */
    columns: jsonb().$type<string[]>().notNull(),
    /** How many rows there are below the head. */
    rows: integer().notNull(),
    status: text().$type<ImportStatus>().notNull(),
    /** As it was started; absent before that. */
    settings: jsonb().$type<ImportSettings>(),
    /** The rows from 1 to this one are done, in the present or last passage. */
    done: integer().notNull().default(0),
    made: integer().notNull().default(0),
    updated: integer().notNull().default(0),
    unchanged: integer().notNull().default(0),
    refused: integer().notNull().default(0),
    createdAt: moment().notNull(),
    startedAt: moment(),
    finishedAt: moment(),
  },
  (table) => [index('contact_imports_by_project').on(table.projectId, table.id)],
)

/** A row of such a file, and what became of it. */
export const contactImportRows = pgTable(
  'contact_import_rows',
  {
    importId: ref()
      .notNull()
      .references(() => contactImports.id, { onDelete: 'cascade' }),
    /** From 1, the head not counted. */
    number: integer().notNull(),
    cells: jsonb().$type<string[]>().notNull(),
    outcome: text().$type<RowOutcome>(),
    contactId: ref(),
    reason: text(),
  },
  (table) => [primaryKey({ columns: [table.importId, table.number] })],
)

/** Whom the rows of the present passage spoke of, so that a later row about the same person is recognised. */
export const contactImportKeys = pgTable(
  'contact_import_keys',
  {
    importId: ref()
      .notNull()
      .references(() => contactImports.id, { onDelete: 'cascade' }),
    /** `phone/+79161234567`, or `contact/17`. */
    key: text().notNull(),
    number: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.importId, table.key] })],
)
