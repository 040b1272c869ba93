import type { Update } from 'grammy/types'

/**
 * The updates we ask for. Memberships and reactions come only when they are named
 * (core.telegram.org/bots/api#getupdates), and naming some means naming all.
 */
export const allowedUpdates = [
  'message',
  'edited_message',
  'channel_post',
  'edited_channel_post',
  'message_reaction',
  'message_reaction_count',
  'callback_query',
  'my_chat_member',
  'chat_member',
  'chat_join_request',
] as const satisfies Exclude<keyof Update, 'update_id'>[]
