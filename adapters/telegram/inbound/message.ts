import type { Message } from 'grammy/types'
import type {
  ChannelEvent,
  EditEvent,
  MembershipEvent,
  MessageEvent,
  Person,
} from '../../../src/conversations/event.ts'
import type { Entity, Part } from '../../../src/conversations/message.ts'
import { parsePhone } from '../../../src/platform/phone.ts'
import type { BotIdentity } from '../bot-identity.ts'
import { entitiesFrom } from '../entities.ts'
import { messageExternalId, threadOf } from '../thread.ts'
import { addressesBot, commandOf, textOf } from './addressing.ts'
import { noticeOf } from './notices.ts'
import { partsOf } from './parts.ts'
import { isAnonymousAdmin, personOfUser, senderOf } from './person.ts'
import { plainText } from './rich-text.ts'

/** The events that a new message is, in order: its message and, before it, what it tells of members. */
export function messageEvents(message: Message, externalId: string, bot: BotIdentity): ChannelEvent[] {
  const moved = migrationOf(message)
  if (moved !== undefined) return [moved]
  const members = membershipsOf(message, externalId, bot)
  // What we said or did ourselves is known already.
  if (message.from?.id === bot.id && message.sender_chat === undefined) return members
  return [...members, messageEvent(message, externalId, bot)]
}

function messageEvent(message: Message, externalId: string, bot: BotIdentity): MessageEvent {
  const notice = noticeOf(message)
  const thread = threadOf(message)
  const content = contentOf(message, notice?.part)
  const said: MessageEvent['message'] = { ...content, addressesBot: isMeant(message, thread.kind, notice, bot) }
  const replyTo = repliedTo(message)
  if (replyTo !== undefined) said.replyToExternalId = replyTo
  if (message.media_group_id !== undefined) said.albumId = message.media_group_id
  const command = commandOf(message, bot)
  if (command !== undefined) said.command = command
  const sender = withPhone(senderOf(message), message)
  // A deep link `t.me/<bot>?start=<payload>` arrives as this command (core.telegram.org/bots/features#deep-linking).
  if (command?.name === 'start' && command.argument !== '' && thread.kind === 'direct') {
    sender.trafficSource = command.argument
  }
  return { kind: 'message', externalId, thread, at: moment(message.date), sender, message: said }
}

/** An edit changes the message and moves nothing; moving live locations come this way too. */
export function editEvents(message: Message, externalId: string, bot: BotIdentity): EditEvent[] {
  if (message.from?.id === bot.id && message.sender_chat === undefined) return []
  return [
    {
      kind: 'edit',
      externalId,
      thread: threadOf(message),
      at: moment(message.edit_date ?? message.date),
      sender: senderOf(message),
      message: contentOf(message, undefined),
    },
  ]
}

/** In a direct chat everything that a person sends means the bot; service messages (a pinned message) mean nobody. */
function isMeant(message: Message, kind: string, notice: ReturnType<typeof noticeOf>, bot: BotIdentity): boolean {
  if (notice !== undefined && !notice.deed) return false
  return kind === 'direct' || addressesBot(message, bot)
}

interface SaidContent {
  externalId: string
  text: string
  entities?: Entity[]
  parts?: Part[]
}

function contentOf(message: Message, notice: Part | undefined): SaidContent {
  const text = message.rich_message === undefined ? textOf(message) : plainText(message.rich_message)
  const content: SaidContent = { externalId: messageExternalId(message.chat.id, message.message_id), text }
  if (text === '') content.text = message.dice?.emoji ?? ''
  const entities = entitiesFrom(text, message.entities ?? message.caption_entities ?? [])
  if (entities.length > 0) content.entities = entities
  const parts = notice === undefined ? partsOf(message) : [notice]
  if (parts.length === 0 && content.text === '') parts.push({ type: 'unsupported', what: whatOf(message) })
  if (parts.length > 0) content.parts = parts
  return content
}

/** The field that holds a content we do not know, for the operator to see. */
function whatOf(message: Message): string {
  return Object.keys(message).find((field) => !envelope.has(field)) ?? 'empty message'
}

const envelope: ReadonlySet<string> = new Set([
  'message_id',
  'message_thread_id',
  'is_topic_message',
  'direct_messages_topic',
  'from',
  'sender_chat',
  'sender_boost_count',
  'sender_tag',
  'sender_business_bot',
  'date',
  'edit_date',
  'chat',
  'reply_to_message',
  'external_reply',
  'quote',
  'forward_origin',
  'via_bot',
  'author_signature',
  'has_protected_content',
  'is_from_offline',
  'is_automatic_forward',
  'media_group_id',
  'effect_id',
  'paid_star_count',
  'reply_markup',
])

/** In a forum topic the topic's creation poses as what is replied to; a reply into another chat names a strange message. */
function repliedTo({ reply_to_message: replied, chat }: Message): string | undefined {
  if (replied === undefined || replied.forum_topic_created !== undefined || replied.chat.id !== chat.id)
    return undefined
  return messageExternalId(chat.id, replied.message_id)
}

/**
 * Whoever shares the card of himself tells his phone; Telegram writes it with or without the plus. Telegram itself finds
 * out whose number it is, so the number tells who the person is.
 */
function withPhone(sender: Person, { contact, from }: Message): Person {
  if (contact?.user_id === undefined || contact.user_id !== from?.id) return sender
  const phone = parsePhone(contact.phone_number)
  if (phone === undefined) return { ...sender, phone: `+${contact.phone_number.replaceAll(/\D/g, '')}` }
  return { ...sender, phone, identities: [...sender.identities, { kind: 'phone', value: phone }] }
}

/**
 * A group that became a supergroup tells it twice: in the old chat where it went, in the new one where it came from.
 * Both make the same event under the same id, so whichever comes first moves the conversation.
 */
function migrationOf(message: Message): ChannelEvent | undefined {
  const { migrate_to_chat_id: to, migrate_from_chat_id: from, chat } = message
  const [old, next] = to !== undefined ? [chat.id, to] : [from, chat.id]
  if (old === undefined) return undefined
  return {
    kind: 'migration',
    externalId: `migration:${old}:${next}`,
    thread: { id: String(old), kind: 'group', ...(chat.title === undefined ? {} : { title: chat.title }) },
    at: moment(message.date),
    newThreadId: String(next),
  }
}

/**
 * Members that a service message tells of; a bot that is no admin hears of them in no other way. Of the bot itself
 * `my_chat_member` tells. An anonymous admin shows by writing that the group's own voice is an administrator.
 */
function membershipsOf(message: Message, externalId: string, bot: BotIdentity): MembershipEvent[] {
  const event = (person: Person, id: number, status: MembershipEvent['status']): MembershipEvent => ({
    kind: 'membership',
    externalId: `${externalId}:${id}`,
    thread: threadOf(message),
    at: moment(message.date),
    person,
    self: false,
    status,
  })
  const joined = message.new_chat_members ?? []
  const left = message.left_chat_member === undefined ? [] : [message.left_chat_member]
  return [
    ...joined.filter(({ id }) => id !== bot.id).map((user) => event(personOfUser(user), user.id, 'member')),
    ...left.filter(({ id }) => id !== bot.id).map((user) => event(personOfUser(user), user.id, 'left')),
    ...(isAnonymousAdmin(message) ? [event(senderOf(message), message.chat.id, 'admin')] : []),
  ]
}

function moment(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
