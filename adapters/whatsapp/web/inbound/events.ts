import { createHash } from 'node:crypto'
import type {
  ChannelEvent,
  MessageEvent,
  OwnMessageEvent,
  Person,
  ThreadRef,
} from '../../../../src/conversations/event.ts'
import type { Entity, Part } from '../../../../src/conversations/message.ts'
import { type EngineEvent, type EngineMessage, isGroup, type UserIds } from '../engine.ts'
import { identitiesOf, sameUser, userOf } from '../ids.ts'

/** What has been found out about an event before it is turned into one of the unified model. */
export interface Surroundings {
  me: UserIds
  thread: ThreadRef
  now: Date
  /** Both ids of everybody whom the event names. */
  ids: (user: string) => UserIds
  /** The message's file, kept or left where it is. */
  mediaPart?: Part
}

/** The events that something of the engine means. Pure. */
export function eventsOf(event: EngineEvent, about: Surroundings): ChannelEvent[] {
  const { thread } = about
  switch (event.type) {
    case 'message':
      return [messageEvent(event.message, about)]
    case 'edit': {
      const { message, at } = event
      if (message.fromMe) return []
      const { text, entities, parts } = saidIn(message, about)
      return [
        {
          kind: 'edit',
          externalId: `edit:${message.id}:${at.getTime()}`,
          thread,
          at: at.toISOString(),
          sender: personOf(message.sender, about, message.name),
          message: { externalId: message.id, text, ...(entities && { entities }), ...(parts && { parts }) },
        },
      ]
    }
    case 'revoke':
      return [
        {
          kind: 'deletion',
          externalId: `deletion:${event.messageId}`,
          thread,
          at: event.at.toISOString(),
          messageExternalId: event.messageId,
        },
      ]
    case 'reaction':
      if (sameUser(event.sender, about.me)) return []
      return [
        {
          kind: 'reaction',
          externalId: `reaction:${event.messageId}:${event.sender}:${event.at.getTime()}:${event.emoji}`,
          thread,
          at: event.at.toISOString(),
          sender: personOf(event.sender, about),
          messageExternalId: event.messageId,
          reactions: event.emoji === '' ? [] : [event.emoji],
        },
      ]
    case 'ack':
      return [
        {
          kind: 'status',
          externalId: `status:${event.messageId}:${event.status}`,
          thread,
          at: about.now.toISOString(),
          messageExternalId: event.messageId,
          status: event.status,
          ...(event.status === 'failed' && { error: 'WhatsApp did not take the message.' }),
        },
      ]
    case 'membership':
      return event.users.map((user) => ({
        kind: 'membership',
        externalId: `membership:${event.id}:${user}`,
        thread,
        at: event.at.toISOString(),
        person: personOf(user, about),
        self: sameUser(user, about.me),
        status: event.status,
      }))
    case 'title':
      return titleEvents(event, about)
    case 'unknown':
      return [unknownEvent(event.what, event.raw, about.now)]
    default:
      return []
  }
}

function messageEvent(message: EngineMessage, about: Surroundings): MessageEvent | OwnMessageEvent {
  const { thread, me } = about
  const { text, entities, parts } = saidIn(message, about)
  const base = { externalId: `message:${message.id}`, thread, at: message.at.toISOString() }
  const said = {
    externalId: message.id,
    text,
    ...(entities && { entities }),
    ...(parts && { parts }),
    ...(message.quoted && { replyToExternalId: message.quoted.id }),
  }
  if (message.fromMe) {
    const to = isGroup(message.chat) ? {} : { to: personOf(message.chat, about) }
    return { kind: 'own_message', ...base, ...to, message: said }
  }
  return {
    kind: 'message',
    ...base,
    sender: personOf(message.sender, about, message.name),
    message: { ...said, addressesBot: addresses(message, me) },
  }
}

/** In a group we are meant by a mention of our account and by an answer to what it said. */
function addresses(message: EngineMessage, me: UserIds): boolean {
  if (message.notice) return false
  if (!isGroup(message.chat)) return true
  return (
    message.mentions.some((user) => sameUser(user, me)) ||
    (message.quoted !== undefined && sameUser(message.quoted.sender, me))
  )
}

function saidIn(message: EngineMessage, about: Surroundings): { text: string; entities?: Entity[]; parts?: Part[] } {
  const entities = [...(message.entities ?? []), ...mentionsIn(message, about)]
  const parts = [...(about.mediaPart ? [about.mediaPart] : []), ...(message.parts ?? [])]
  return { text: message.text, ...(entities.length > 0 && { entities }), ...(parts.length > 0 && { parts }) }
}

/** A mention stands in the text as `@` with the digits of the id. */
function mentionsIn({ text, mentions }: EngineMessage, about: Surroundings): Entity[] {
  return mentions.flatMap((user): Entity[] => {
    const word = `@${userOf(user)}`
    const offset = text.indexOf(word)
    const [identity] = identitiesOf(about.ids(user))
    return offset < 0 || !identity ? [] : [{ type: 'mention', offset, length: word.length, identity }]
  })
}

export function personOf(user: string, { ids }: Pick<Surroundings, 'ids'>, name?: string): Person {
  const identities = identitiesOf(ids(user))
  const phone = identities.find(({ kind }) => kind === 'phone')?.value
  const [firstName, ...rest] = name?.trim().split(/\s+/) ?? []
  return {
    identities,
    ...(firstName && { firstName }),
    ...(rest.length > 0 && { lastName: rest.join(' ') }),
    ...(phone && { phone }),
  }
}

function titleEvents(event: Extract<EngineEvent, { type: 'title' }>, about: Surroundings): ChannelEvent[] {
  const { author, title } = event
  if (author === undefined || sameUser(author, about.me)) return []
  return [
    {
      kind: 'message',
      externalId: `message:${event.id}`,
      thread: { ...about.thread, title },
      at: event.at.toISOString(),
      sender: personOf(author, about),
      message: {
        externalId: event.id,
        text: '',
        parts: [{ type: 'notice', notice: 'new_chat_title', data: { title } }],
        addressesBot: false,
      },
    },
  ]
}

/** Pictures in base64 make payloads long, and tell nothing of what was not understood. */
const longestRaw = 20_000

function unknownEvent(what: string, raw: unknown, now: Date): ChannelEvent {
  const text = JSON.stringify(raw) ?? 'null'
  const id = (raw as { id?: { _serialized?: unknown } } | null)?.id?._serialized
  const key = typeof id === 'string' ? id : createHash('sha256').update(text).digest('hex')
  return {
    kind: 'unknown',
    externalId: `unknown:${key}`,
    thread: { id: 'unknown', kind: 'direct' },
    at: now.toISOString(),
    what,
    raw: text.length > longestRaw ? text.slice(0, longestRaw) : raw,
  }
}
