import type { tl } from '@mtcute/core'
import { mediaOf } from './files.ts'
import { type Handler, refusal } from './schema.ts'
import type { World } from './world.ts'

const used = new WeakMap<World, Set<string>>()

/** Sending, changing and looking up messages (core.telegram.org/methods#working-with-messages). */
export const messageHandlers: Record<string, Handler> = {
  'messages.sendMessage': (request: tl.messages.RawSendMessageRequest, world: World) => {
    checkText(request.message, request.entities, 4096)
    if (request.message === '') throw refusal('MESSAGE_EMPTY')
    return sent(world, request, {
      message: request.message,
      ...(request.entities && { entities: sentEntities(request.entities) }),
    })
  },
  'messages.sendMedia': (request: tl.messages.RawSendMediaRequest, world: World) => {
    checkText(request.message, request.entities, 1024)
    const media = mediaOf(request.media, world)
    return sent(world, request, {
      message: request.message,
      media,
      ...(request.entities && { entities: sentEntities(request.entities) }),
    })
  },
  'messages.editMessage': (request: tl.messages.RawEditMessageRequest, world: World) => {
    const peerId = chatOf(request.peer, world)
    const message = world.messages.find(({ id }) => id === request.id)
    if (!message?.out) throw refusal('MESSAGE_ID_INVALID')
    checkText(request.message ?? '', request.entities, message.media ? 1024 : 4096)
    if (message.message === request.message && !request.media) throw refusal('MESSAGE_NOT_MODIFIED')
    message.message = request.message ?? message.message
    message.editDate = world.now()
    const channelId = peerId._ === 'peerChannel' ? peerId.channelId : undefined
    const _ = channelId === undefined ? 'updateEditMessage' : 'updateEditChannelMessage'
    return container(world, [{ _, message, ...world.step(channelId) }])
  },
  'messages.deleteMessages': ({ id }: tl.messages.RawDeleteMessagesRequest, world: World) => remove(world, id),
  'channels.deleteMessages': ({ id, channel }: tl.channels.RawDeleteMessagesRequest, world: World) =>
    remove(world, id, 'channelId' in channel ? channel.channelId : undefined),
  'messages.setTyping': ({ peer }: tl.messages.RawSetTypingRequest, world: World) => {
    chatOf(peer, world)
    return true
  },
  'messages.getMessages': ({ id }: tl.messages.RawGetMessagesRequest, world: World) => ({
    _: 'messages.messages',
    ...looked(world, id, (message) => message.peerId._ !== 'peerChannel'),
  }),
  'channels.getMessages': ({ id, channel }: tl.channels.RawGetMessagesRequest, world: World) => {
    const channelId = 'channelId' in channel ? channel.channelId : 0
    const mine = ({ peerId }: tl.RawMessage) => peerId._ === 'peerChannel' && peerId.channelId === channelId
    return { _: 'messages.channelMessages', pts: 1, count: id.length, ...looked(world, id, mine) }
  },
}

/** Checks a text as Telegram does: its length, and that entities stay within it. */
function checkText(text: string, entities: readonly tl.TypeMessageEntity[] = [], limit: number): void {
  if (text.length > limit) throw refusal(limit === 4096 ? 'MESSAGE_TOO_LONG' : 'MEDIA_CAPTION_TOO_LONG')
  for (const { offset, length } of entities) {
    if (offset < 0 || length < 1 || offset + length > text.length) throw refusal('ENTITY_BOUNDS_INVALID')
  }
}

/** A mention that was sent comes back as one that is shown. */
function sentEntities(entities: readonly tl.TypeMessageEntity[]): tl.TypeMessageEntity[] {
  return entities.map((entity) => {
    if (entity._ !== 'inputMessageEntityMentionName') return entity
    const { offset, length, userId } = entity
    return { _: 'messageEntityMentionName', offset, length, userId: 'userId' in userId ? userId.userId : 0 }
  })
}

function sent(
  world: World,
  request: tl.messages.RawSendMessageRequest | tl.messages.RawSendMediaRequest,
  fields: Partial<tl.RawMessage>,
): tl.TypeUpdates {
  const peerId = chatOf(request.peer, world)
  const ids = used.get(world) ?? new Set()
  used.set(world, ids)
  const randomId = request.randomId.toString()
  if (ids.has(randomId)) throw refusal('RANDOM_ID_DUPLICATE')
  ids.add(randomId)
  const message = world.message({ peerId, fromId: world.peerOf(world.self.id), out: true, ...fields })
  const update = world.newMessage(message)
  world.keep(update)
  // A plain text between two comes back in short (core.telegram.org/constructor/updateShortSentMessage).
  if (request._ === 'messages.sendMessage' && peerId._ === 'peerUser' && 'pts' in update) {
    const { pts, ptsCount } = update as tl.RawUpdateNewMessage
    return { _: 'updateShortSentMessage', out: true, id: message.id, pts, ptsCount, date: message.date }
  }
  return container(world, [{ _: 'updateMessageID', id: message.id, randomId: request.randomId }, update])
}

export function container(world: World, updates: tl.TypeUpdate[]): tl.RawUpdates {
  return { _: 'updates', updates, ...world.namedIn(updates), date: world.now(), seq: 0 }
}

/** The chat that is meant, if the hash is right. */
export function chatOf(peer: tl.TypeInputPeer, world: World): tl.TypePeer {
  if (peer._ === 'inputPeerSelf') return world.peerOf(world.self.id)
  if (peer._ === 'inputPeerUser' && world.users.get(peer.userId)?.accessHash?.eq(peer.accessHash)) {
    return world.peerOf(peer.userId)
  }
  if (peer._ === 'inputPeerChat') {
    const chat = world.chats.get(peer.chatId)
    if (chat?._ === 'chat' && !chat.deactivated) return { _: 'peerChat', chatId: peer.chatId }
  }
  if (peer._ === 'inputPeerChannel') {
    const chat = world.chats.get(peer.channelId)
    if (chat?._ === 'channelForbidden') throw refusal('CHANNEL_PRIVATE')
    if (chat?._ === 'channel' && chat.accessHash?.eq(peer.accessHash))
      return { _: 'peerChannel', channelId: peer.channelId }
  }
  throw refusal('PEER_ID_INVALID')
}

function remove(world: World, ids: readonly number[], channelId?: number): tl.messages.RawAffectedMessages {
  world.messages = world.messages.filter(({ id }) => !ids.includes(id))
  return { _: 'messages.affectedMessages', ...world.step(channelId) }
}

function looked(world: World, ids: readonly tl.TypeInputMessage[], mine: (message: tl.RawMessage) => boolean) {
  const messages = ids.map((wanted): tl.TypeMessage => {
    const id = 'id' in wanted && typeof wanted.id === 'number' ? wanted.id : 0
    return world.messages.find((message) => message.id === id && mine(message)) ?? { _: 'messageEmpty', id }
  })
  return { messages, topics: [], ...world.namedIn(messages) }
}
