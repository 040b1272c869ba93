import { boolean, index, integer, jsonb, pgTable, text, unique } from 'drizzle-orm/pg-core'
import { id, moment, ref } from '../../platform/columns.ts'
import { projects } from '../../team/team.table.ts'
import type { PostbackMapping } from './postback.ts'
import type { StoredAuth } from './postback-auth.ts'

/** A tokened address that adds or updates a contact and may start a flow. */
export const postbacks = pgTable(
  'postbacks',
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    /** SHA-256 of the token in the address. */
    tokenHash: text().notNull().unique(),
    /** The token itself, sealed, so that the address can be shown again. */
    token: text().notNull(),
    /** Null while it only listens: bodies are kept as samples, and nothing is done. */
    mapping: jsonb().$type<PostbackMapping>(),
    /** What a caller has to show besides the token, its secret sealed. */
    auth: jsonb().$type<StoredAuth>(),
    flowId: ref(),
    blockId: text(),
    /** The channel through which a flow begun by it writes first. */
    sendingChannelId: ref(),
    enabled: boolean().notNull(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
  },
  (table) => [unique('postbacks_name').on(table.projectId, table.name)],
)

/** What came in at a postback, for choosing values to map and for finding out what went wrong. */
export const postbackCalls = pgTable(
  'postback_calls',
  {
    id: id(),
    postbackId: ref()
      .notNull()
      .references(() => postbacks.id, { onDelete: 'cascade' }),
    /** What tells a repeated call: of the header Idempotency-Key, or of the place that the mapping names. */
    idempotencyKey: text(),
    body: jsonb().$type<unknown>().notNull(),
    contactId: ref(),
    dealId: ref(),
    status: integer().notNull(),
    error: text(),
    at: moment().notNull(),
  },
  (table) => [
    index('postback_calls_by_postback').on(table.postbackId, table.id),
    unique('postback_calls_idempotency').on(table.postbackId, table.idempotencyKey),
  ],
)
