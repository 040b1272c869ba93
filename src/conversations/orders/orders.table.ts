import { sql } from 'drizzle-orm'
import { index, integer, jsonb, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core'
import { id, moment, ref } from '../../platform/columns.ts'
import { channels } from '../conversations.table.ts'

/** What an adapter keeps for its channel, sealed. */
export const channelState = pgTable(
  'channel_state',
  {
    channelId: ref()
      .notNull()
      .references(() => channels.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    value: text().notNull(),
    updatedAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.channelId, table.name] })],
)

/** What is to be done through a channel in the process that listens to it: signing in, making a group, working on an event. */
export const channelOrders = pgTable(
  'channel_orders',
  {
    id: id(),
    channelId: ref()
      .notNull()
      .references(() => channels.id, { onDelete: 'cascade' }),
    /** An order with the same key is the same order. */
    key: text().notNull(),
    kind: text().$type<'sign_in' | 'create_group' | 'test' | 'work'>().notNull(),
    /** Orders of one lane are done one after another. */
    lane: text().notNull(),
    /** JSON; sealed where it may hold a password. */
    input: text().notNull(),
    /** How far it came, so that nothing is done twice. */
    progress: jsonb().$type<Record<string, unknown>>(),
    status: text().$type<'pending' | 'done' | 'failed'>().notNull(),
    answer: jsonb(),
    error: text(),
    errorCode: text(),
    attempts: integer().notNull().default(0),
    dueAt: moment().notNull(),
    createdAt: moment().notNull(),
    finishedAt: moment(),
  },
  (table) => [
    unique('channel_orders_key').on(table.channelId, table.key),
    index('channel_orders_open').on(table.channelId, table.id).where(sql`status = 'pending'`),
  ],
)
