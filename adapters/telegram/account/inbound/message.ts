import type { tl } from '@mtcute/core'
import type {
  ChannelEvent,
  EditEvent,
  MembershipEvent,
  MessageEvent,
  Person,
  ThreadRef,
} from '../../../../src/conversations/event.ts'
import type { Entity, Part } from '../../../../src/conversations/message.ts'
import { fingerprint } from '../fingerprint.ts'
import { channelNumber, messageExternalId, moment, numberOf } from '../thread.ts'
import { addressesUs, commandOf, repliedTo, topicOf } from './addressing.ts'
import { entitiesFrom } from './entities.ts'
import { noticeOf } from './notices.ts'
import { partsOf, wordOf } from './parts.ts'
import { chatThread, type Peers, personOfPeer, personOfUser } from './peers.ts'

/** The events that a new message is, in order: what it tells of members, and itself. */
export function messageEvents(message: tl.RawMessage | tl.RawMessageService, peers: Peers): ChannelEvent[] {
  const id = `message:${messageId(message)}`
  if (message._ === 'messageService') return serviceEvents(message, id, peers)
  const base = { externalId: id, thread: threadOf(message, peers), at: moment(message.date) }
  const content = contentOf(message)
  const replyTo = repliedTo(message.replyTo)
  const reply = replyTo === undefined ? {} : { replyToExternalId: messageExternalId(numberOf(message.peerId), replyTo) }
  if (message.out) {
    const to = message.peerId._ === 'peerUser' ? { to: personOfUser(message.peerId.userId, peers) } : {}
    return [{ kind: 'own_message', ...base, ...to, message: { ...content, ...reply } }]
  }
  const isDirect = base.thread.kind === 'direct'
  const command = commandOf(message.message, peers)
  const said: MessageEvent['message'] = {
    ...content,
    ...reply,
    addressesBot: isDirect || addressesUs(message, peers),
    ...(message.groupedId && { albumId: message.groupedId.toString() }),
    ...(command && { command }),
  }
  const sender = withSharedPhone(senderOf(message, peers), message)
  return [...anonymousAdmin(message, base, sender), { kind: 'message', ...base, sender, message: said }]
}

/** An edit changes the message and moves nothing. Our own, and those that only bring reactions, are none. */
export function editEvents(message: tl.RawMessage | tl.RawMessageService, peers: Peers): EditEvent[] {
  if (message._ === 'messageService' || message.out || message.editHide || message.editDate === undefined) return []
  const content = contentOf(message)
  return [
    {
      kind: 'edit',
      // Two edits of one second differ in what they say.
      externalId: `edit:${messageId(message)}:${message.editDate}:${fingerprint(content)}`,
      thread: threadOf(message, peers),
      at: moment(message.editDate),
      sender: senderOf(message, peers),
      message: content,
    },
  ]
}

function threadOf(message: tl.RawMessage | tl.RawMessageService, peers: Peers): ThreadRef {
  const thread = chatThread(message.peerId, peers)
  const topic = topicOf(message.replyTo)
  return topic === undefined || thread.kind === 'direct' ? thread : { ...thread, id: `${thread.id}/${topic}` }
}

function messageId(message: tl.RawMessage | tl.RawMessageService): string {
  return messageExternalId(numberOf(message.peerId), message.id)
}

/** In a chat between two the sender may be left out: then it is the other side. */
function senderOf(message: tl.RawMessage | tl.RawMessageService, peers: Peers): Person {
  const signature = message._ === 'message' ? message.postAuthor : undefined
  return personOfPeer(message.fromId ?? message.peerId, peers, signature)
}

/** Whoever shares the card of himself tells his phone; Telegram itself finds out whose number it is. */
function withSharedPhone(sender: Person, { media, fromId, peerId }: tl.RawMessage): Person {
  const from = fromId ?? peerId
  if (media?._ !== 'messageMediaContact' || from._ !== 'peerUser' || media.userId !== from.userId) return sender
  const phone = `+${media.phoneNumber.replaceAll(/\D/g, '')}`
  if (phone === '+' || sender.phone === phone) return sender
  return { ...sender, phone, identities: [...sender.identities, { kind: 'phone', value: phone }] }
}

/** Somebody who writes as the group itself is one of its administrators. */
function anonymousAdmin(
  message: tl.RawMessage,
  base: { externalId: string; thread: ThreadRef; at: string },
  person: Person,
): MembershipEvent[] {
  const { fromId, peerId } = message
  const isGroupItself = fromId === undefined || (fromId._ !== 'peerUser' && numberOf(fromId) === numberOf(peerId))
  if (base.thread.kind === 'direct' || !isGroupItself) return []
  return [{ kind: 'membership', ...base, externalId: `${base.externalId}:admin`, person, self: false, status: 'admin' }]
}

interface SaidContent {
  externalId: string
  text: string
  entities?: Entity[]
  parts?: Part[]
}

function contentOf(message: tl.RawMessage): SaidContent {
  const content: SaidContent = { externalId: messageId(message), text: message.message }
  const entities = entitiesFrom(message.message, message.entities)
  if (entities.length > 0) content.entities = entities
  const parts = partsOf(message.media, content.externalId)
  if (parts.length === 0 && content.text === '') {
    const what = message.richMessage ? 'rich_message' : wordOf(message.media?._.replace('messageMedia', '') ?? 'Empty')
    parts.push({ type: 'unsupported', what })
  }
  if (parts.length > 0) content.parts = parts
  return content
}

/** What a service message tells: where a group moved to, who came and went, and, unless we did it ourselves, a notice. */
function serviceEvents(message: tl.RawMessageService, externalId: string, peers: Peers): ChannelEvent[] {
  // Everybody of the phone book who comes to Telegram is told so; that is nothing anybody said.
  if (message.action._ === 'messageActionContactSignUp') return []
  // A group that we made is empty still: it begins when somebody says something.
  if (message.out && message.action._ === 'messageActionChannelCreate') return []
  const moved = migrationOf(message, peers)
  if (moved) return [moved]
  const base = { externalId, thread: threadOf(message, peers), at: moment(message.date) }
  const members = memberships(message).map(
    ({ id, status }): MembershipEvent => ({
      kind: 'membership',
      ...base,
      externalId: `${externalId}:${id}`,
      person: personOfUser(id, peers),
      self: id === peers.self.id,
      status,
    }),
  )
  if (message.out) return members
  const notice: MessageEvent = {
    kind: 'message',
    ...base,
    sender: senderOf(message, peers),
    message: { externalId: messageId(message), text: '', parts: [noticeOf(message, peers)], addressesBot: false },
  }
  return [...members, notice]
}

function memberships({ action, fromId }: tl.RawMessageService): { id: number; status: MembershipEvent['status'] }[] {
  const from = fromId?._ === 'peerUser' ? [fromId.userId] : []
  const all = (ids: readonly number[], status: MembershipEvent['status']) => ids.map((id) => ({ id, status }))
  switch (action._) {
    case 'messageActionChatCreate':
      return [
        ...all(from, 'owner'),
        ...all(
          action.users.filter((id) => !from.includes(id)),
          'member',
        ),
      ]
    case 'messageActionChannelCreate':
      return all(from, 'owner')
    case 'messageActionChatAddUser':
      return all(action.users, 'member')
    case 'messageActionChatJoinedByLink':
    case 'messageActionChatJoinedByRequest':
      return all(from, 'member')
    case 'messageActionChatDeleteUser':
      return all([action.userId], 'left')
    default:
      return []
  }
}

/**
 * A group that became a supergroup tells it twice: in the old chat where it went, in the new one where it came from.
 * Both make the same event under the same id, so whichever comes first moves the conversation.
 */
function migrationOf({ action, peerId, date }: tl.RawMessageService, peers: Peers): ChannelEvent | undefined {
  let old: number
  let next: number
  if (action._ === 'messageActionChatMigrateTo') {
    old = numberOf(peerId)
    next = channelNumber(action.channelId)
  } else if (action._ === 'messageActionChannelMigrateFrom') {
    old = -action.chatId
    next = numberOf(peerId)
  } else {
    return undefined
  }
  const { title } = chatThread(peerId, peers)
  return {
    kind: 'migration',
    externalId: `migration:${old}:${next}`,
    thread: { id: String(old), kind: 'group', ...(title !== undefined && { title }) },
    at: moment(date),
    newThreadId: String(next),
  }
}
