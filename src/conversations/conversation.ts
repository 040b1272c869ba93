import type { channels, conversations, messages } from './conversations.table.ts'

/** A thread in one channel. */
export type Conversation = typeof conversations.$inferSelect

/** One connected account. */
export type Channel = typeof channels.$inferSelect

/** One thing said or done in a conversation. */
export type Message = typeof messages.$inferSelect
