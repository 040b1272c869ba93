import { index, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core'
import { id, moment, ref } from '../../platform/columns.ts'
import { channels, conversations } from '../conversations.table.ts'

/** Conversations, of whatever channel, that the team follows in its room of one channel. */
export const conversationMirrors = pgTable(
  'conversation_mirrors',
  {
    /** The channel of the room. */
    channelId: ref()
      .notNull()
      .references(() => channels.id, { onDelete: 'cascade' }),
    conversationId: ref()
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    /** The external id of its thread in the room, once it was opened. */
    thread: text(),
    /** Messages up to this number were brought there. */
    lastMessageId: ref().notNull(),
    createdAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.channelId, table.conversationId] }),
    unique('conversation_mirrors_thread').on(table.channelId, table.thread),
    index('conversation_mirrors_by_conversation').on(table.conversationId),
  ],
)

/** Which message of the room stands for which of the conversation. */
export const mirroredMessages = pgTable(
  'mirrored_messages',
  {
    id: id(),
    channelId: ref()
      .notNull()
      .references(() => channels.id, { onDelete: 'cascade' }),
    /** Its id in the room. */
    externalId: text().notNull(),
    messageId: ref().notNull(),
    at: moment().notNull(),
  },
  (table) => [
    unique('mirrored_messages_external').on(table.channelId, table.externalId),
    index('mirrored_messages_by_message').on(table.messageId),
  ],
)
