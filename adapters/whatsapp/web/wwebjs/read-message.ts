import type { MediaKind, Part } from '../../../../src/conversations/message.ts'
import { type EngineMedia, type EngineMessage, isGroup, type UserIds } from '../engine.ts'
import { plainId, sameUser } from '../ids.ts'
import { contactOf } from '../vcard.ts'
import { type RawMessage, textOf } from './raw.ts'

/**
 * A message of the page in the engine's words; `nothing` for what says nothing (statuses, channels, the protocol's own), undefined for
 * what is not understood. Pure.
 */
export function readMessage(raw: RawMessage, me: UserIds): EngineMessage | 'nothing' | undefined {
  if (silentTypes.has(raw.type)) return 'nothing'
  if (raw.id?._serialized === undefined || raw.id.remote === undefined || typeof raw.t !== 'number') return undefined
  const chat = plainId(textOf(raw.id.remote))
  if (raw.isStatusV3 || !/@(c\.us|lid|g\.us)$/.test(chat)) return 'nothing'
  const content = contentOf(raw)
  const sender = senderOf(raw, me)
  if (content === undefined || sender === undefined) return undefined
  const quoted = quotedBy(raw, me)
  return {
    id: raw.id._serialized,
    chat,
    fromMe: raw.id.fromMe,
    sender: plainId(sender),
    ...(raw.notifyName && { name: raw.notifyName }),
    at: new Date(raw.t * 1000),
    ...content,
    // The library's own note: strings or objects, as the page has them.
    mentions: (raw.mentionedJidList ?? []).map((id) => plainId(textOf(id))),
    ...(quoted && { quoted }),
  }
}

/** What the page calls messages and nobody said: the protocol's own, and what comes by another event, too. */
const silentTypes = new Set([
  'album',
  'broadcast_notification',
  'ciphertext',
  'debug',
  'e2e_notification',
  'gp2',
  'group_notification',
  'keep_in_chat',
  'notification',
  'notification_template',
  'pinned_message',
  'protocol',
  'reaction',
  'revoked',
])

/** What somebody said in a way that the unified model has no part for. */
const otherTypes = new Set([
  'groups_v4_invite',
  'hsm',
  'interactive',
  'list',
  'native_flow',
  'order',
  'oversized',
  'payment',
  'product',
  'scheduled_event_creation',
  'event_creation',
])

const mediaTypes: Record<string, MediaKind> = {
  image: 'image',
  video: 'video',
  ptv: 'video_note',
  audio: 'audio',
  ptt: 'voice',
  document: 'document',
  sticker: 'sticker',
}

type Said = Pick<EngineMessage, 'text'> & Partial<Pick<EngineMessage, 'parts' | 'media' | 'notice'>>

function contentOf(raw: RawMessage): Said | undefined {
  const kind = mediaTypes[raw.type]
  if (kind !== undefined) {
    // The body of media is a preview in base64; the caption of a file that was given none is its name.
    const text = raw.caption === undefined || raw.caption === raw.filename ? '' : raw.caption
    return { text, media: mediaOf(raw, kind) }
  }
  const text = raw.body ?? ''
  switch (raw.type) {
    case 'chat':
      return { text }
    case 'location':
      return placeOf(raw)
    case 'vcard':
      return { text: '', parts: [contactOf(text)] }
    case 'multi_vcard':
      return { text: '', parts: (raw.vcardList ?? []).map(({ vcard }) => contactOf(vcard)) }
    case 'poll_creation':
      return { text: '', parts: [pollOf(raw)] }
    case 'buttons_response':
    case 'template_button_reply':
    case 'list_response': {
      const value = raw.selectedButtonId ?? raw.listResponse?.singleSelectReply?.selectedRowId
      return { text, ...(value !== undefined && { parts: [{ type: 'answer', value, label: text }] }) }
    }
    case 'call_log':
      return { text: '', parts: [{ type: 'unsupported', what: 'call_log' }], notice: true }
    default:
      return otherTypes.has(raw.type) ? { text, parts: [{ type: 'unsupported', what: raw.type }] } : undefined
  }
}

function mediaOf(raw: RawMessage, kind: MediaKind): EngineMedia {
  const duration = Number(raw.duration)
  return {
    media: kind === 'video' && raw.isGif ? 'animation' : kind,
    ...(raw.filename && { name: raw.filename }),
    ...(raw.mimetype && { mime: raw.mimetype.split(';')[0]! }),
    ...(Number.isInteger(raw.size) && { size: raw.size }),
    ...(Number.isInteger(raw.width) && { width: raw.width }),
    ...(Number.isInteger(raw.height) && { height: raw.height }),
    ...(raw.duration !== undefined && Number.isFinite(duration) && { duration }),
  }
}

/** The name of a place is its first line, the address its second one. */
function placeOf(raw: RawMessage): Said | undefined {
  const { lat, lng, loc, shareDuration } = raw
  if (!isWithin(lat, 90) || !isWithin(lng, 180)) return undefined
  const [title, address] = (loc ?? '').split('\n')
  const part: Part = {
    type: 'location',
    latitude: lat,
    longitude: lng,
    ...(title && { title }),
    ...(address && { address }),
    ...(shareDuration && { livePeriod: Math.round(shareDuration) }),
  }
  return { text: '', parts: [part] }
}

const isWithin = (degrees: number | undefined, most: number): degrees is number =>
  typeof degrees === 'number' && Math.abs(degrees) <= most

function pollOf({ pollName = '', pollOptions = [] }: RawMessage): Part {
  return {
    type: 'poll',
    question: pollName,
    options: pollOptions.map((option) => (typeof option === 'string' ? option : option.name)),
  }
}

function senderOf(raw: RawMessage, me: UserIds): string | undefined {
  if (raw.id.fromMe) return me.phone ?? me.lid
  const sender = isGroup(textOf(raw.id.remote)) ? (raw.author ?? raw.id.participant) : (raw.from ?? raw.id.remote)
  return sender ? textOf(sender) : undefined
}

/** The page names the quoted message by the short id and its writer; the long id follows from them and the chat. */
function quotedBy(raw: RawMessage, me: UserIds): EngineMessage['quoted'] {
  if (!raw.quotedStanzaID || !raw.quotedParticipant) return undefined
  const remote = textOf(raw.id.remote)
  const writer = textOf(raw.quotedParticipant)
  const key = [sameUser(writer, me), remote, raw.quotedStanzaID, ...(isGroup(remote) ? [writer] : [])]
  return { id: key.join('_'), sender: plainId(writer) }
}
