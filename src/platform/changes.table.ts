import { sql } from 'drizzle-orm'
import { customType, index, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { id, moment, ref } from './columns.ts'

const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' })

/**
 * The log of changes: facts about our own data, recorded in the transaction that made them.
 * Readers go by (xact, id): all transactions below the snapshot's xmin are over, so nothing appears behind a cursor.
 */
export const changes = pgTable(
  'changes',
  {
    id: id(),
    xact: xid8().notNull().default(sql`pg_current_xact_id()`),
    projectId: ref().notNull(),
    kind: text().notNull(),
    contactId: ref(),
    conversationId: ref(),
    dealId: ref(),
    data: jsonb().$type<Record<string, unknown>>().notNull(),
    at: moment().notNull(),
  },
  (table) => [
    index('changes_by_commit').on(table.xact, table.id),
    // A contact's history is read without its messages, which are the most of the log.
    index('changes_by_contact').on(table.contactId, table.id).where(sql`kind not like 'message.%'`),
  ],
)

/** How far each durable reader of the log has come. */
export const cursors = pgTable(
  'cursors',
  {
    name: text().notNull(),
    xact: xid8().notNull(),
    changeId: ref().notNull(),
    updatedAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.name] })],
)
