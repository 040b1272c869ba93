import type { ApiMethods, MessageEntity } from 'grammy/types'
import type { ChannelFiles } from '../../../src/conversations/channel-tools.ts'
import { splitText } from '../../../src/conversations/deliver/split-text.ts'
import type { Button, Content, MediaPart, OutboundPart } from '../../../src/conversations/message.ts'
import { entitiesFor } from '../entities.ts'
import { type ChatAddress, messageNumber } from '../thread.ts'
import { keyboardOf } from './keyboard.ts'
import { albumItem, albumsOf, fileOf, takesCaption } from './media.ts'

/** Longest text and caption in UTF-16 code units (core.telegram.org/bots/api#sendmessage, #sendphoto). */
export const textLimit = 4096
export const captionLimit = 1024

/** One call of the Bot API that sends or changes something. */
export interface OutboundCall {
  method: Extract<keyof ApiMethods, `send${string}` | `editMessage${string}`>
  params: Record<string, unknown>
}

/**
 * The calls that a content takes in a chat: one for what goes together (a text; media with a caption; a place; a card),
 * several for the rest. The reply stands at the first call and the buttons at the last one that can carry them. Pure.
 */
export function callsOf(address: ChatAddress, content: Content, files: ChannelFiles): OutboundCall[] {
  const parts = content.parts ?? []
  const rows = parts.flatMap((part) => (part.type === 'buttons' ? part.rows : []))
  const calls = contentCalls(content, rows, files)
  const carrier = rows.length === 0 ? undefined : calls.findLast((call) => call.method !== 'sendMediaGroup')
  if (carrier !== undefined) carrier.params.reply_markup = keyboardOf(rows)
  const reply = replyOf(content, address)
  return calls.map(({ method, params }, index) => ({
    method,
    params: { ...address, ...params, ...(index === 0 ? reply : {}) },
  }))
}

function contentCalls(content: Content, rows: Button[][], files: ChannelFiles): OutboundCall[] {
  const parts = content.parts ?? []
  const media = parts.filter((part) => part.type === 'media')
  const groups = albumsOf(media)
  const captioned = isCaption(content, groups, rows.length > 0)
  const calls = groups.map((group, index) =>
    mediaCall(group, captioned && index === 0 ? captionOf(content) : {}, files),
  )
  if (!captioned) calls.push(...textCalls(content))
  calls.push(...parts.flatMap(partCalls))
  const needsCarrier = rows.length > 0 && !calls.some((call) => call.method !== 'sendMediaGroup')
  // Buttons hang on a message with a text of its own where nothing else can carry them.
  return needsCarrier ? [...calls, { method: 'sendMessage', params: { text: '👇' } }] : calls
}

/** Whether the text goes under the first media: it is short, the media takes one, and no button needs its own message. */
function isCaption({ text }: Content, groups: MediaPart[][], hasButtons: boolean): boolean {
  const [first] = groups
  if (first?.[0] === undefined || text === '' || text.length > captionLimit || !takesCaption(first[0])) return false
  return !hasButtons || (groups.length === 1 && first.length === 1)
}

function textCalls({ text, entities }: Content): OutboundCall[] {
  return splitText(text, entities, textLimit)
    .filter((piece) => piece.text.trim() !== '')
    .map((piece) => ({
      method: 'sendMessage',
      params: { text: piece.text, ...listed('entities', entitiesFor(piece.text, piece.entities)) },
    }))
}

function captionOf({ text, entities }: Content): Record<string, unknown> {
  return { caption: text, ...listed('caption_entities', entitiesFor(text, entities)) }
}

function listed(key: string, entities: MessageEntity[]): Record<string, unknown> {
  return entities.length === 0 ? {} : { [key]: entities }
}

const methods = {
  image: ['sendPhoto', 'photo'],
  video: ['sendVideo', 'video'],
  audio: ['sendAudio', 'audio'],
  voice: ['sendVoice', 'voice'],
  video_note: ['sendVideoNote', 'video_note'],
  animation: ['sendAnimation', 'animation'],
  document: ['sendDocument', 'document'],
  sticker: ['sendSticker', 'sticker'],
} as const

function mediaCall(group: MediaPart[], caption: Record<string, unknown>, files: ChannelFiles): OutboundCall {
  const [first] = group
  if (first === undefined || group.length > 1) {
    const media = group.map((part, index) => ({ ...albumItem(part, files), ...(index === 0 ? caption : {}) }))
    return { method: 'sendMediaGroup', params: { media } }
  }
  const [method, field] = methods[first.media]
  const hides = first.spoiler === true && ['image', 'video', 'animation'].includes(first.media)
  return { method, params: { [field]: fileOf(first, files), ...caption, ...(hides ? { has_spoiler: true } : {}) } }
}

function partCalls(part: OutboundPart): OutboundCall[] {
  if (part.type === 'location') {
    const { latitude, longitude, title, address = title, livePeriod } = part
    if (title !== undefined) return [{ method: 'sendVenue', params: { latitude, longitude, title, address } }]
    const live = livePeriod === undefined ? {} : { live_period: livePeriod }
    return [{ method: 'sendLocation', params: { latitude, longitude, ...live } }]
  }
  if (part.type !== 'contact') return []
  // Telegram's card needs a phone; one without it is told in words.
  if (part.phone === undefined) {
    return [{ method: 'sendMessage', params: { text: [part.name, part.email].filter(Boolean).join(', ') } }]
  }
  const [first_name, ...rest] = part.name.split(' ')
  const last = rest.length === 0 ? {} : { last_name: rest.join(' ') }
  const vcard = part.vcard === undefined ? {} : { vcard: part.vcard }
  return [{ method: 'sendContact', params: { phone_number: part.phone, first_name, ...last, ...vcard } }]
}

/** A reply to a message that is gone, or from before the group moved, is sent all the same. */
function replyOf({ replyToExternalId }: Content, { chat_id }: ChatAddress): Record<string, unknown> {
  const number = replyToExternalId === undefined ? undefined : messageNumber(replyToExternalId, chat_id)
  return number === undefined ? {} : { reply_parameters: { message_id: number, allow_sending_without_reply: true } }
}
