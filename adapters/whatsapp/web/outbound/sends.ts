import { splitText } from '../../../../src/conversations/deliver/split-text.ts'
import type { Content, MediaPart } from '../../../../src/conversations/message.ts'
import { markText } from '../../markup.ts'
import { whatsappWebCapabilities } from '../capabilities.ts'
import type { EngineSend } from '../engine.ts'
import { mentionOf } from '../ids.ts'
import { vcardOf } from '../vcard.ts'

/** One message of WhatsApp; its file is not opened yet. */
export type PlannedSend =
  | Exclude<EngineSend, { what: 'media' }>
  | { what: 'media'; part: MediaPart; caption?: string; quoted?: string; mentions?: string[] }

/** The messages that a content takes: each medium, place and card is one; the text goes under the first medium that takes one. Pure. */
export function sendsOf(content: Content): PlannedSend[] {
  const { text: limits } = whatsappWebCapabilities
  const parts = content.parts ?? []
  const media = parts.filter((part) => part.type === 'media')
  const sends: PlannedSend[] = media.map((part) => ({ what: 'media', part }))
  const carrier = sends.find((send) => send.what === 'media' && takesCaption(send.part))
  if (content.text.trim() !== '') {
    if (carrier?.what === 'media' && content.text.length <= (limits.captionMaxLength ?? 0)) {
      const { text: caption, mentions } = markText(content.text, content.entities, mentionOf)
      Object.assign(carrier, { caption, mentions })
    } else {
      for (const piece of splitText(content.text, content.entities, limits.maxLength)) {
        if (piece.text.trim() !== '') sends.push({ what: 'text', ...markText(piece.text, piece.entities, mentionOf) })
      }
    }
  }
  for (const part of parts) {
    if (part.type === 'location') {
      const { latitude, longitude, title, address } = part
      sends.push({ what: 'location', latitude, longitude, ...(title && { title }), ...(address && { address }) })
    } else if (part.type === 'contact') sends.push({ what: 'card', vcard: vcardOf(part) })
  }
  const [first] = sends
  if (first && content.replyToExternalId !== undefined) first.quoted = content.replyToExternalId
  return sends
}

const takesCaption = ({ media }: MediaPart): boolean => !['audio', 'voice', 'sticker', 'video_note'].includes(media)
