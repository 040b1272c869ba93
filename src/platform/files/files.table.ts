import { bigint, customType, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { moment, ref } from '../columns.ts'

const bytes = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' })

/** Files that we keep, each once in a project by its content. */
export const files = pgTable(
  'files',
  {
    projectId: ref().notNull(),
    /** The SHA-256 of its content, in hex. */
    hash: text().notNull(),
    /** Bytes. */
    size: bigint({ mode: 'number' }).notNull(),
    mime: text().notNull(),
    createdAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.projectId, table.hash] }), index('files_by_time').on(table.createdAt)],
)

/** The content of files in pieces, so that a large one never stands in memory as a whole. */
export const filePieces = pgTable(
  'file_pieces',
  {
    projectId: ref().notNull(),
    hash: text().notNull(),
    /** From 0. */
    place: integer().notNull(),
    content: bytes().notNull(),
  },
  (table) => [primaryKey({ columns: [table.projectId, table.hash, table.place] })],
)
