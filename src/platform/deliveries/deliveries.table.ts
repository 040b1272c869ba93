import { sql } from 'drizzle-orm'
import { boolean, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { moment, ref } from '../columns.ts'

/** pending: waits for its turn. sending: an attempt has begun. sent and dead are final. */
export type DeliveryStatus = 'pending' | 'sending' | 'sent' | 'dead'

/**
 * One outbound thing with its attempts. `queue` names who may send it (`channel:7`, `webhooks`: the name of a lease),
 * `lane` is what must stay in order (a thread of a channel, an entity of a subscription).
 */
export const deliveries = pgTable(
  'deliveries',
  {
    /** Of a message's delivery the message's own number. */
    id: ref().primaryKey(),
    projectId: ref().notNull(),
    queue: text().notNull(),
    lane: text().notNull(),
    kind: text().notNull(),
    /** What the delivery is about: a message's, or a webhook subscription's number. */
    subjectId: ref().notNull(),
    payload: jsonb().$type<unknown>().notNull(),
    status: text().$type<DeliveryStatus>().notNull(),
    attempts: integer().notNull().default(0),
    dueAt: moment().notNull(),
    startedBy: text(),
    /** A process died between the start of an attempt and our note of its result: the other side may have it twice. */
    doubtful: boolean().notNull().default(false),
    error: text(),
    result: jsonb().$type<Record<string, unknown>>(),
    createdAt: moment().notNull(),
    finishedAt: moment(),
  },
  (table) => [
    // None over the status: it changes twice in a delivery's life, which otherwise costs an entry in every index.
    index('deliveries_open').on(table.queue, table.id).where(sql`finished_at is null`),
    index('deliveries_open_lane').on(table.lane).where(sql`finished_at is null`),
    index('deliveries_by_subject').on(table.kind, table.subjectId, table.id).where(sql`kind <> 'message'`),
  ],
)

/** What happened at one attempt; for messages only failed attempts are kept here, the good one stands in the delivery. */
export const deliveryAttempts = pgTable(
  'delivery_attempts',
  {
    deliveryId: ref()
      .notNull()
      .references(() => deliveries.id, { onDelete: 'cascade' }),
    number: integer().notNull(),
    startedAt: moment().notNull(),
    durationMs: integer().notNull(),
    outcome: text().$type<'sent' | 'retry' | 'dead'>().notNull(),
    status: integer(),
    error: text(),
    detail: jsonb().$type<Record<string, unknown>>(),
  },
  (table) => [primaryKey({ columns: [table.deliveryId, table.number] })],
)
