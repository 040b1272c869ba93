import type { MessageReactionUpdated, ReactionType } from 'grammy/types'
import type { ReactionEvent } from '../../../src/conversations/event.ts'
import { chatThread, messageExternalId } from '../thread.ts'
import { personOfChat, personOfUser } from './person.ts'

/** Somebody's reactions to a message as they are now. Telegram does not tell the topic, so the thread is the chat's. */
export function reactionEvent(update: MessageReactionUpdated, externalId: string): ReactionEvent {
  return {
    kind: 'reaction',
    externalId,
    thread: chatThread(update.chat),
    at: new Date(update.date * 1000).toISOString(),
    sender: update.user === undefined ? personOfChat(update.actor_chat ?? update.chat) : personOfUser(update.user),
    messageExternalId: messageExternalId(update.chat.id, update.message_id),
    reactions: update.new_reaction.map(nameOf),
  }
}

function nameOf(reaction: ReactionType): string {
  if (reaction.type === 'emoji') return reaction.emoji
  return reaction.type === 'custom_emoji' ? `custom:${reaction.custom_emoji_id}` : '⭐'
}
