import type { Chat, Message, User } from 'grammy/types'
import type { Person } from '../../../src/conversations/event.ts'
import { isPrivate } from '../thread.ts'

/** GroupAnonymousBot and Channel_Bot stand in for a chat that speaks itself (core.telegram.org/bots/api#message). */
const standIns: ReadonlySet<number> = new Set([1087968824, 136817688])

/** Who wrote a message: a person, or a chat (an anonymous admin writes as the group itself, others as their channel). */
export function senderOf(message: Pick<Message, 'from' | 'sender_chat' | 'chat' | 'author_signature'>): Person {
  const { from, sender_chat: chat } = message
  if (chat !== undefined) {
    const person = personOfChat(chat, message.author_signature)
    return isAnonymousAdmin(message) ? { ...person, manager: true } : person
  }
  return from === undefined ? personOfChat(message.chat, message.author_signature) : personOfUser(from)
}

/** An administrator who writes as the group itself. */
export function isAnonymousAdmin(message: Pick<Message, 'sender_chat' | 'chat'>): boolean {
  return message.chat.type !== 'channel' && message.sender_chat?.id === message.chat.id
}

export function personOfUser(user: User): Person {
  const person: Person = { identities: [{ kind: 'telegram', value: String(user.id) }], firstName: user.first_name }
  if (user.last_name !== undefined) person.lastName = user.last_name
  if (user.username !== undefined) person.username = user.username
  if (user.language_code !== undefined) person.language = user.language_code
  if (user.is_bot && !standIns.has(user.id)) person.bot = true
  return person
}

/** A chat as a person (a private one is the person itself); `signature` is the custom title of an anonymous admin or the author of a channel's post. */
export function personOfChat(chat: Chat, signature?: string): Person {
  const kind = isPrivate(chat) ? 'telegram' : 'telegram_chat'
  const person: Person = { identities: [{ kind, value: String(chat.id) }] }
  const name = chat.title ?? chat.first_name
  if (name !== undefined) person.firstName = name
  if (signature !== undefined) person.lastName = signature
  if (chat.username !== undefined) person.username = chat.username
  return person
}
