import { sql } from 'drizzle-orm'
import { boolean, index, integer, jsonb, pgSequence, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core'
import { contacts } from '../contacts/contacts.table.ts'
import { id, moment, ref } from '../platform/columns.ts'
import { projects } from '../team/team.table.ts'
import type { Condition } from './channel-tools.ts'
import type { ThreadEvent } from './event.ts'
import type { ConversationKind, ConversationMode, DeliveryState, Entity, MessageDirection, Part } from './message.ts'

/**
 * Numbers of what the message path writes, drawn in blocks of 1024 under the thread's lock:
 * so within a thread they grow in the order of the commits.
 */
export const batchIds = pgSequence('batch_ids', { startWith: 1024, increment: 1024 })

/** One connected account. */
export const channels = pgTable(
  'channels',
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    /** The adapter's kind: `telegram`, `webchat` … */
    kind: text().notNull(),
    /** A short name, unique in the project; declarative files refer to it. */
    name: text().notNull(),
    /** The adapter's settings; secret ones sealed. */
    settings: jsonb().$type<Record<string, unknown>>().notNull(),
    /** The unguessable part of `/hooks/{id}`. */
    hookId: text().notNull().unique(),
    enabled: boolean().notNull(),
    /** What the vendor calls the account, learned when it was connected: `@dealer_bot`. */
    address: text(),
    lastInAt: moment(),
    lastOutAt: moment(),
    error: text(),
    /** How it fares, as its adapter tells; of kinds that listen or are signed in to. */
    condition: jsonb().$type<Condition>(),
    /** Seconds after which the bot returns to a conversation that somebody took over in the vendor's own app; null: by hand. */
    botReturnsAfter: integer(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
  },
  (table) => [unique('channels_name').on(table.projectId, table.name)],
)

/** A thread in one channel. */
export const conversations = pgTable(
  'conversations',
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    channelId: ref()
      .notNull()
      .references(() => channels.id, { onDelete: 'cascade' }),
    kind: text().$type<ConversationKind>().notNull(),
    /** The person of a direct conversation; of a group the one it was made for, if any. */
    contactId: ref().references(() => contacts.id, { onDelete: 'set null' }),
    /** The identity (`kind/value`) by which the contact of a conversation between two came. */
    cameBy: text(),
    title: text(),
    mode: text().$type<ConversationMode>().notNull(),
    assigneeId: ref(),
    dealId: ref(),
    unread: integer().notNull().default(0),
    /** When the bot returns by itself to what was taken over. */
    botReturnsAt: moment(),
    /** A manager has written in this group, so the bot may answer when addressed. */
    managerWrote: boolean().notNull().default(false),
    /** The vendor told that messages no longer arrive: the bot was blocked or removed. */
    unreachable: text(),
    lastMessageId: ref(),
    lastInboundAt: moment(),
    lastMessageAt: moment(),
    createdAt: moment().notNull(),
  },
  (table) => [
    index('conversations_by_project').on(table.projectId, table.id),
    index('conversations_by_contact').on(table.contactId, table.id),
    index('conversations_by_channel').on(table.channelId, table.contactId),
    index('conversations_to_return').on(table.botReturnsAt).where(sql`bot_returns_at is not null`),
    index('conversations_by_assignee').on(table.assigneeId).where(sql`assignee_id is not null`),
  ],
)

/**
 * Where events line up: (channel, external thread id), or a contact not yet in any channel (`contact:7`, without a channel).
 * Its row is the lock of the message path and exists before the conversation does.
 */
export const threads = pgTable(
  'threads',
  {
    id: id(),
    projectId: ref().notNull(),
    /** 0 when the thread belongs to no channel. */
    channelId: ref().notNull(),
    externalId: text().notNull(),
    conversationId: ref().references(() => conversations.id, { onDelete: 'cascade' }),
  },
  (table) => [
    unique('threads_external').on(table.channelId, table.externalId),
    index('threads_by_conversation').on(table.conversationId),
  ],
)

/** What came in and is, or waits to be, worked on. Kept some weeks after that, so that a late redelivery is recognised. */
export const events = pgTable(
  'events',
  {
    id: id(),
    projectId: ref().notNull(),
    channelId: ref().notNull(),
    threadId: ref()
      .notNull()
      .references(() => threads.id, { onDelete: 'cascade' }),
    externalId: text().notNull(),
    kind: text().notNull(),
    payload: jsonb().$type<ThreadEvent>().notNull(),
    status: text().$type<'pending' | 'done' | 'parked'>().notNull(),
    /** Held back until then, so that what belongs together (an album) arrives together. */
    holdUntil: moment(),
    error: text(),
    receivedAt: moment().notNull(),
  },
  (table) => [
    unique('events_external').on(table.channelId, table.externalId),
    index('events_pending').on(table.threadId, table.id).where(sql`status = 'pending'`),
    index('events_parked').on(table.projectId, table.id).where(sql`status = 'parked'`),
  ],
)

/** What became of messages of ours whose sending is not noted yet: the vendor was quicker with it than we. */
export const earlyStatuses = pgTable(
  'early_statuses',
  {
    conversationId: ref()
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    externalId: text().notNull(),
    status: text().$type<'sent' | 'delivered' | 'read' | 'failed'>().notNull(),
    error: text(),
    at: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.conversationId, table.externalId, table.status] })],
)

/** Who takes part in a group. */
export const members = pgTable(
  'members',
  {
    conversationId: ref()
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    contactId: ref()
      .notNull()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    role: text().$type<'member' | 'admin' | 'owner'>().notNull(),
    joinedAt: moment(),
    leftAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.conversationId, table.contactId] }),
    index('members_by_contact').on(table.contactId),
  ],
)

/** One thing said or done in a conversation. */
export const messages = pgTable(
  'messages',
  {
    id: ref().primaryKey(),
    projectId: ref().notNull(),
    conversationId: ref()
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    direction: text().$type<MessageDirection>().notNull(),
    /** The contact that wrote it, or the operator; neither when a flow did. */
    contactId: ref(),
    /** In a group, the identity (`kind/value`) that wrote it; elsewhere the conversation tells. */
    cameBy: text(),
    operatorId: ref(),
    /** The run and block that said it. */
    runId: ref(),
    blockId: text(),
    externalId: text(),
    text: text().notNull(),
    entities: jsonb().$type<Entity[]>(),
    parts: jsonb().$type<Part[]>(),
    replyToExternalId: text(),
    addressesBot: boolean().notNull(),
    /** Joins the parts of an album that come as several events. */
    albumId: text(),
    reactions: jsonb().$type<Record<string, string[]>>(),
    status: text().$type<DeliveryState>().notNull(),
    error: text(),
    /** True of what a blocked contact wrote: it was counted and moved nothing. */
    hidden: boolean(),
    /** The vendor's time for inbound messages, ours for the others. */
    at: moment().notNull(),
    editedAt: moment(),
    deletedAt: moment(),
  },
  (table) => [
    index('messages_by_conversation').on(table.conversationId, table.id),
    index('messages_by_external').on(table.conversationId, table.externalId).where(sql`external_id is not null`),
  ],
)
