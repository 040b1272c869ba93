import type { tl } from '@mtcute/core'
import type { MediaKind, MediaPart, Part } from '../../../../src/conversations/message.ts'

/** The parts of a message besides its text. A file is fetched again by the message that holds it: `<chat>:<message>`. */
export function partsOf(media: tl.TypeMessageMedia | undefined, ref: string): Part[] {
  if (media === undefined) return []
  switch (media._) {
    case 'messageMediaEmpty':
    // A preview of a link that stands in the text.
    case 'messageMediaWebPage':
      return []
    case 'messageMediaPhoto': {
      const part = photoPart(media.photo, ref)
      return [media.spoiler ? { ...part, spoiler: true } : part]
    }
    case 'messageMediaDocument': {
      const part = documentPart(media.document, ref)
      return [media.spoiler ? { ...part, spoiler: true } : part]
    }
    case 'messageMediaGeo':
      return place(media.geo)
    case 'messageMediaGeoLive':
      return place(media.geo, { livePeriod: media.period })
    case 'messageMediaVenue':
      return place(media.geo, { title: media.title, address: media.address })
    case 'messageMediaContact':
      return [
        {
          type: 'contact',
          name: [media.firstName, media.lastName].filter(Boolean).join(' '),
          ...(media.phoneNumber && { phone: media.phoneNumber }),
          ...(media.vcard && { vcard: media.vcard }),
          // A card of somebody who is not on Telegram has the number 0.
          ...(media.userId && { identity: { kind: 'telegram', value: String(media.userId) } }),
        },
      ]
    case 'messageMediaPoll':
      return [{ type: 'poll', question: media.poll.question.text, options: media.poll.answers.map(answerText) }]
    case 'messageMediaDice':
      return [{ type: 'notice', notice: 'dice', data: { emoji: media.emoticon, value: media.value } }]
    default:
      return [{ type: 'unsupported', what: wordOf(media._.replace('messageMedia', '')) }]
  }
}

/** `PaidMedia` as `paid_media`. */
export function wordOf(name: string): string {
  return name.replaceAll(/(?<!^)[A-Z]/g, '_$&').toLowerCase()
}

function answerText(answer: tl.TypePollAnswer): string {
  return 'text' in answer ? answer.text.text : ''
}

function photoPart(photo: tl.TypePhoto | undefined, ref: string): MediaPart {
  const part: MediaPart = { type: 'media', media: 'image', file: { ref }, mime: 'image/jpeg' }
  if (photo?._ !== 'photo') return part
  const sizes = photo.sizes.flatMap((size): { bytes: number; w: number; h: number }[] => {
    if (size._ === 'photoSize') return [{ bytes: size.size, w: size.w, h: size.h }]
    return size._ === 'photoSizeProgressive' ? [{ bytes: size.sizes.at(-1) ?? 0, w: size.w, h: size.h }] : []
  })
  const [best] = sizes.toSorted((a, b) => b.w * b.h - a.w * a.h)
  return best ? { ...part, size: best.bytes, width: best.w, height: best.h } : part
}

function documentPart(document: tl.TypeDocument | undefined, ref: string): MediaPart {
  if (document?._ !== 'document') return { type: 'media', media: 'document', file: { ref } }
  const part: MediaPart = { type: 'media', media: kindOf(document), file: { ref } }
  if (document.mimeType) part.mime = document.mimeType
  part.size = document.size
  for (const attribute of document.attributes) {
    if (attribute._ === 'documentAttributeFilename') part.name = attribute.fileName
    if (attribute._ === 'documentAttributeSticker' && attribute.alt) part.emoji = attribute.alt
    if (attribute._ === 'documentAttributeAudio') part.duration = attribute.duration
    if (attribute._ === 'documentAttributeVideo') part.duration = attribute.duration
    if (attribute._ === 'documentAttributeVideo' || attribute._ === 'documentAttributeImageSize') {
      part.width = attribute.w
      part.height = attribute.h
    }
  }
  return part
}

function kindOf({ attributes }: tl.RawDocument): MediaKind {
  const has = (name: tl.TypeDocumentAttribute['_']) => attributes.some(({ _ }) => _ === name)
  if (has('documentAttributeSticker')) return 'sticker'
  if (has('documentAttributeAnimated')) return 'animation'
  for (const attribute of attributes) {
    if (attribute._ === 'documentAttributeVideo') return attribute.roundMessage ? 'video_note' : 'video'
    if (attribute._ === 'documentAttributeAudio') return attribute.voice ? 'voice' : 'audio'
  }
  return 'document'
}

function place(geo: tl.TypeGeoPoint, more: { title?: string; address?: string; livePeriod?: number } = {}): Part[] {
  if (geo._ !== 'geoPoint') return [{ type: 'unsupported', what: 'geo' }]
  return [{ type: 'location', latitude: geo.lat, longitude: geo.long, ...more }]
}
