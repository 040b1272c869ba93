import type { tl } from '@mtcute/core'
import type { ChannelEvent, UnknownEvent } from '../../../../src/conversations/event.ts'
import { fingerprint } from '../fingerprint.ts'
import { channelNumber, messageExternalId, numberOf } from '../thread.ts'
import { editEvents, messageEvents } from './message.ts'
import { isNoise } from './noise.ts'
import { chatThread, isHeard, type Peers } from './peers.ts'
import { type KnownReactions, reactionEvents } from './reactions.ts'

/** What is known of earlier updates, without which some later ones say too little. */
export interface Memory {
  /** The chat of a message outside of supergroups: there a deletion names the message alone. */
  chatOf(messageId: number): tl.TypePeer | undefined
  reactions: KnownReactions
  /** Messages of ours in a chat up to this one that are not yet known to be read; they are from now on. */
  takeRead(chat: number, upTo: number): number[]
}

/**
 * What an update of the protocol is in the unified model. Updates that the model has no event for are kept as `unknown`, but for
 * those that say nothing of conversations.
 */
export function eventsOf(
  update: tl.TypeUpdate,
  peers: Peers,
  { memory, groups, now }: { memory: Memory; groups: 'all' | 'none'; now: Date },
): ChannelEvent[] {
  switch (update._) {
    case 'updateNewMessage':
    case 'updateNewChannelMessage':
    case 'updateEditMessage':
    case 'updateEditChannelMessage': {
      const { message } = update
      if (message._ === 'messageEmpty' || !isHeard(message.peerId, peers, groups)) return []
      return update._.startsWith('updateNew') ? messageEvents(message, peers) : editEvents(message, peers)
    }
    case 'updateDeleteMessages':
      return update.messages.flatMap((id) => {
        const chat = memory.chatOf(id)
        return chat === undefined || !isHeard(chat, peers, groups) ? [] : [deletion(chat, id, peers, now)]
      })
    case 'updateDeleteChannelMessages': {
      const chat: tl.TypePeer = { _: 'peerChannel', channelId: update.channelId }
      return isHeard(chat, peers, groups) ? update.messages.map((id) => deletion(chat, id, peers, now)) : []
    }
    case 'updateMessageReactions':
      return isHeard(update.peer, peers, groups) ? reactionEvents(update, peers, memory.reactions, now) : []
    case 'updateReadHistoryOutbox':
      return readEvents(update.peer, update.maxId, peers, memory, now)
    case 'updateReadChannelOutbox':
      return readEvents({ _: 'peerChannel', channelId: update.channelId }, update.maxId, peers, memory, now)
    case 'updateChannel':
      return groups === 'all' ? closedToUs(update.channelId, peers, now) : []
    default:
      return isNoise(update) ? [] : [unknownEvent(update, now)]
  }
}

function deletion(chat: tl.TypePeer, id: number, peers: Peers, now: Date): ChannelEvent {
  const messageId = messageExternalId(numberOf(chat), id)
  return {
    kind: 'deletion',
    externalId: `deletion:${messageId}`,
    thread: chatThread(chat, peers),
    at: now.toISOString(),
    messageExternalId: messageId,
  }
}

/** All of our messages up to one were read. */
function readEvents(chat: tl.TypePeer, upTo: number, peers: Peers, memory: Memory, now: Date): ChannelEvent[] {
  const number = numberOf(chat)
  return memory.takeRead(number, upTo).map((id) => ({
    kind: 'status',
    externalId: `read:${messageExternalId(number, id)}`,
    thread: chatThread(chat, peers),
    at: now.toISOString(),
    messageExternalId: messageExternalId(number, id),
    status: 'read',
  }))
}

/** A supergroup that we were removed from, or that was deleted, shows only that it is closed to us. */
function closedToUs(channelId: number, peers: Peers, now: Date): ChannelEvent[] {
  const chat = peers.chats.get(channelId)
  const gone = chat?._ === 'channelForbidden' || (chat?._ === 'channel' && chat.left === true)
  if (!gone || chat.broadcast) return []
  const day = now.toISOString().slice(0, 10)
  return [
    {
      kind: 'membership',
      externalId: `closed:${channelNumber(channelId)}:${chat._}:${day}`,
      thread: chatThread({ _: 'peerChannel', channelId }, peers),
      at: now.toISOString(),
      person: { identities: [{ kind: 'telegram', value: String(peers.self.id) }] },
      self: true,
      status: chat._ === 'channelForbidden' ? 'blocked' : 'left',
    },
  ]
}

function unknownEvent(update: tl.TypeUpdate, now: Date): UnknownEvent {
  const raw = plain(update)
  return {
    kind: 'unknown',
    externalId: `update:${update._}:${fingerprint(raw)}`,
    thread: { id: 'unknown', kind: 'direct' },
    at: now.toISOString(),
    what: update._,
    raw,
  }
}

/** The same as JSON can hold it: long numbers as text, bytes in base64. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  if ('unsigned' in value && 'low' in value && 'high' in value) return String(value)
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, plain(held)]))
}
