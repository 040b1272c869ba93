import type { Update } from 'grammy/types'
import type { ChannelEvent, UnknownEvent } from '../../../src/conversations/event.ts'
import type { BotIdentity } from '../bot-identity.ts'
import { callbackEvent } from './callback.ts'
import { membershipEvent } from './membership.ts'
import { editEvents, messageEvents } from './message.ts'
import { reactionEvent } from './reaction.ts'

/**
 * What an update of the Bot API is in the unified model; pure. An update without a time of its own gets `now`. Kinds
 * that the model has no event for (inline queries, polls, payments, business messages …) are kept as `unknown`.
 */
export function eventsOf(update: Update, bot: BotIdentity, now: Date): ChannelEvent[] {
  try {
    return knownEvents(update, bot, now)
  } catch {
    // An update that lacks what its kind always has is kept as well, instead of being sent to us again and again.
    return [unknownEvent(update, `update:${update.update_id}`, now)]
  }
}

function knownEvents(update: Update, bot: BotIdentity, now: Date): ChannelEvent[] {
  const id = `update:${update.update_id}`
  const message = update.message ?? update.channel_post
  if (message !== undefined) return messageEvents(message, id, bot)
  const edited = update.edited_message ?? update.edited_channel_post
  if (edited !== undefined) return editEvents(edited, id, bot)
  if (update.callback_query !== undefined) {
    return [callbackEvent(update.callback_query, id, now) ?? unknownEvent(update, id, now)]
  }
  if (update.message_reaction !== undefined) return [reactionEvent(update.message_reaction, id)]
  if (update.my_chat_member !== undefined) return [membershipEvent(update.my_chat_member, id, true)]
  if (update.chat_member !== undefined) {
    return [membershipEvent(update.chat_member, id, update.chat_member.new_chat_member.user.id === bot.id)]
  }
  return [unknownEvent(update, id, now)]
}

function unknownEvent(update: Update, externalId: string, now: Date): UnknownEvent {
  return {
    kind: 'unknown',
    externalId,
    thread: { id: 'unknown', kind: 'direct' },
    at: now.toISOString(),
    what: Object.keys(update).find((key) => key !== 'update_id') ?? 'empty update',
    raw: update,
  }
}
