import type { InputMediaLike, tl } from '@mtcute/core'
import type { TelegramClient } from '@mtcute/core/client.js'
import {
  type ChannelContext,
  type Outbound,
  type Receipt,
  SendError,
  type Target,
} from '../../../../src/conversations/channel.ts'
import { splitText } from '../../../../src/conversations/deliver/split-text.ts'
import type { Content, OutboundPart } from '../../../../src/conversations/message.ts'
import { AppError } from '../../../../src/platform/errors.ts'
import { captionLimit, textLimit } from '../capabilities.ts'
import { findChat, userIdOf } from '../find-peer.ts'
import type { SentLog } from '../sent-log.ts'
import { channelNumber, messageExternalId, messageNumber, parseThread } from '../thread.ts'
import { refusalOf } from '../vendor-error.ts'
import { formattedText } from './entities.ts'
import { mediaOf, takesCaption } from './media.ts'

type Tools = Pick<ChannelContext, 'http' | 'files'> & { sent: SentLog }

/** A chat to write in, as the protocol and as we call it. */
interface Place {
  peer: tl.TypeInputPeer
  chat: number
  topic: number | undefined
}

/** Does one outbound thing. Throws errors of the library, which the caller puts into the unified words. */
export async function sendOutbound(
  client: TelegramClient,
  tools: Tools,
  target: Target,
  outbound: Outbound,
  signal: AbortSignal,
): Promise<Receipt> {
  signal.throwIfAborted()
  const place = await placeOf(client, target)
  try {
    return await perform(client, tools, place, outbound, signal)
  } catch (error) {
    throw (await migrationOf(client, place, error)) ?? error
  }
}

async function perform(
  client: TelegramClient,
  tools: Tools,
  place: Place,
  outbound: Outbound,
  signal: AbortSignal,
): Promise<Receipt> {
  switch (outbound.action) {
    case 'message':
      return { externalIds: await sendContent(client, tools, place, outbound, signal) }
    case 'edit':
      await editMessage(client, tools, place, outbound.messageExternalId, outbound, signal)
      return { externalIds: [outbound.messageExternalId] }
    case 'delete':
      await client.deleteMessagesById(place.peer, [ourNumber(outbound.messageExternalId, place)], { revoke: true })
      return { externalIds: [outbound.messageExternalId] }
    case 'typing': {
      const topic = place.topic === undefined ? {} : { topMsgId: place.topic }
      const action = { _: 'sendMessageTypingAction' } as const
      await client.call({ _: 'messages.setTyping', peer: place.peer, ...topic, action }, { abortSignal: signal })
      return { externalIds: [] }
    }
  }
}

/** A person known by name or phone has a number once found: the conversation goes on under it. */
async function placeOf(client: TelegramClient, target: Target): Promise<Place> {
  const address = parseThread(target.thread)
  const peer = await findChat(client, address)
  if ('chat' in address) return { peer, chat: address.chat, topic: address.topic }
  const newThreadId = String(userIdOf(peer))
  throw new SendError(`${target.thread} has the number ${newThreadId}.`, { reason: 'migrated', newThreadId })
}

interface Sendable {
  text: string
  send(replyTo: { replyTo?: number; threadId?: number }): Promise<{ id: number }>
}

async function sendContent(
  client: TelegramClient,
  tools: Tools,
  place: Place,
  content: Content,
  signal: AbortSignal,
): Promise<string[]> {
  const sendables = await sendablesOf(client, tools, place, content, signal)
  if (sendables.length === 0) {
    throw new AppError('invalid', 'The message has neither text nor parts: expected at least one of them.')
  }
  const replyTo = content.replyToExternalId && messageNumber(content.replyToExternalId, place.chat)
  const ids: number[] = []
  for (const [index, { text, send }] of sendables.entries()) {
    signal.throwIfAborted()
    const end = tools.sent.begin(place.chat, text)
    try {
      const { id } = await send({
        ...(index === 0 && replyTo && { replyTo }),
        ...(place.topic !== undefined && { threadId: place.topic }),
      })
      end([id])
      ids.push(id)
    } catch (error) {
      // A refusal says that it was not sent; anything else says nothing.
      end(refusalOf(error) ? [] : undefined)
      throw error
    }
  }
  return ids.map((id) => messageExternalId(place.chat, id))
}

/** The single messages that a content is: media with the text under the first where it fits, else the text, then the rest. */
async function sendablesOf(
  client: TelegramClient,
  tools: Tools,
  { peer }: Place,
  content: Content,
  signal: AbortSignal,
): Promise<Sendable[]> {
  const parts = content.parts ?? []
  const media = parts.filter((part) => part.type === 'media')
  const [first] = media
  const captioned = first !== undefined && takesCaption(first) && content.text.length <= captionLimit
  const whole = await formattedText(client, content.text, content.entities)
  const sendables: Sendable[] = media.map((part, index) => ({
    text: captioned && index === 0 ? content.text : '',
    send: async (reply) => {
      const file = await mediaOf(client, tools, part, signal)
      const caption = captioned && index === 0 && content.text !== '' ? { caption: whole } : {}
      return client.sendMedia(peer, file, { ...reply, ...caption, abortSignal: signal })
    },
  }))
  if (!captioned) {
    for (const piece of splitText(content.text, content.entities, textLimit)) {
      if (piece.text.trim() === '') continue
      const text = await formattedText(client, piece.text, piece.entities)
      sendables.push({
        text: piece.text,
        send: (reply) => client.sendText(peer, text, { ...reply, abortSignal: signal }),
      })
    }
  }
  for (const part of parts) {
    const single = singleOf(part)
    if (single === undefined) continue
    sendables.push({
      text: typeof single === 'string' ? single : '',
      send: (reply) =>
        typeof single === 'string'
          ? client.sendText(peer, single, { ...reply, abortSignal: signal })
          : client.sendMedia(peer, single, { ...reply, abortSignal: signal }),
    })
  }
  return sendables
}

/** A place or a card as what is sent for it. */
function singleOf(part: OutboundPart): InputMediaLike | string | undefined {
  if (part.type === 'location') {
    const { latitude, longitude, title, address = title, livePeriod } = part
    if (title !== undefined) return { type: 'venue', latitude, longitude, title, address: address ?? title }
    if (livePeriod !== undefined) return { type: 'geo_live', latitude, longitude, period: livePeriod }
    return { type: 'geo', latitude, longitude }
  }
  if (part.type !== 'contact') return undefined
  // Telegram's card needs a phone; one without it is told in words.
  if (part.phone === undefined) return [part.name, part.email].filter(Boolean).join(', ')
  const [firstName = part.name, ...rest] = part.name.split(' ')
  return {
    type: 'contact',
    phone: part.phone,
    firstName,
    lastName: rest.join(' '),
    ...(part.vcard !== undefined && { vcard: part.vcard }),
  }
}

async function editMessage(
  client: TelegramClient,
  tools: Tools,
  place: Place,
  externalId: string,
  content: Content,
  signal: AbortSignal,
): Promise<void> {
  const media = content.parts?.find((part) => part.type === 'media')
  const limit = media ? captionLimit : textLimit
  if (content.text.length > limit) {
    throw new AppError(
      'invalid',
      `The new text has ${content.text.length} characters: expected at most ${limit} in an edit.`,
    )
  }
  const text = await formattedText(client, content.text, content.entities)
  try {
    await client.editMessage({
      chatId: place.peer,
      message: ourNumber(externalId, place),
      text,
      ...(media && { media: await mediaOf(client, tools, media, signal) }),
    })
  } catch (error) {
    // That nothing changed is no failure.
    if (refusalOf(error)?.word !== 'MESSAGE_NOT_MODIFIED') throw error
  }
}

/** The number of one of our messages; one from before the group moved can no longer be changed. */
function ourNumber(externalId: string, { chat }: Place): number {
  const number = messageNumber(externalId, chat)
  if (number !== undefined) return number
  throw new AppError('gone', `The message "${externalId}" is not in the chat ${chat}: it can no longer be changed.`)
}

/** A group that has become a supergroup refuses everything under its old number; the group itself tells the new one. */
async function migrationOf(client: TelegramClient, { peer }: Place, error: unknown): Promise<SendError | undefined> {
  const word = refusalOf(error)?.word ?? ''
  if (
    peer._ !== 'inputPeerChat' ||
    !/^(PEER_ID_INVALID|CHAT_ID_INVALID|CHAT_FORBIDDEN|CHAT_WRITE_FORBIDDEN)$/.test(word)
  ) {
    return undefined
  }
  const { chats } = await client.call({ _: 'messages.getChats', id: [peer.chatId] })
  const [chat] = chats
  if (chat?._ !== 'chat' || chat.migratedTo?._ !== 'inputChannel') return undefined
  const newThreadId = String(channelNumber(chat.migratedTo.channelId))
  return new SendError(`The group goes on as ${newThreadId}.`, { reason: 'migrated', newThreadId })
}
