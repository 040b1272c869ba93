import type { Chat, Message } from 'grammy/types'
import type { ThreadRef } from '../../src/conversations/event.ts'
import { AppError } from '../../src/platform/errors.ts'

/**
 * The thread of a message: the chat's id; in a forum topic `<chat>/<topic>`; in the direct messages of a channel
 * `<chat>/direct/<topic>`, one for each person who writes there. A private chat is one thread whatever topics its owner made in it.
 */
export function threadOf(
  message: Pick<Message, 'chat' | 'is_topic_message' | 'message_thread_id' | 'direct_messages_topic'>,
): ThreadRef {
  const { chat, direct_messages_topic: direct } = message
  const thread = chatThread(chat)
  if (thread.kind === 'direct') return thread
  if (direct !== undefined) return { id: `${chat.id}/direct/${direct.topic_id}`, kind: 'direct' }
  if (message.is_topic_message && message.message_thread_id !== undefined) {
    return { ...thread, id: `${chat.id}/${message.message_thread_id}` }
  }
  return thread
}

/** The thread of a chat as a whole. */
export function chatThread(chat: Chat): ThreadRef {
  if (isPrivate(chat)) return { id: String(chat.id), kind: 'direct' }
  return { id: String(chat.id), kind: 'group', ...(chat.title === undefined ? {} : { title: chat.title }) }
}

/** Old examples name no type; groups and channels have negative numbers, people positive ones. */
export function isPrivate(chat: { id: number; type?: Chat['type'] }): boolean {
  return chat.type === undefined ? chat.id > 0 : chat.type === 'private'
}

/** What the Bot API calls the place that a thread id names. */
export interface ChatAddress {
  chat_id: number
  message_thread_id?: number
  direct_messages_topic_id?: number
}

/** Reads a thread id back. */
export function parseThread(id: string): ChatAddress {
  const match = /^(-?\d+)(?:\/(direct\/)?(\d+))?$/.exec(id)
  if (match === null) {
    throw new AppError(
      'invalid',
      `The thread "${id}" is no Telegram chat: expected a chat id such as 42, -100123 or -100123/7.`,
    )
  }
  const [, chat, direct, topic] = match
  const address: ChatAddress = { chat_id: Number(chat) }
  if (topic !== undefined)
    address[direct === undefined ? 'message_thread_id' : 'direct_messages_topic_id'] = Number(topic)
  return address
}

/**
 * A message's id in the unified model: `<chat>:<message id>`. Message numbers are counted by chat and start anew when
 * a group becomes a supergroup, while the conversation goes on.
 */
export function messageExternalId(chatId: number, messageId: number): string {
  return `${chatId}:${messageId}`
}

/** The number of a message in the chat, or undefined when it belongs to another chat. */
export function messageNumber(externalId: string, chatId: number): number | undefined {
  const [chat, number] = externalId.split(':')
  return chat === String(chatId) && /^\d+$/.test(number ?? '') ? Number(number) : undefined
}
