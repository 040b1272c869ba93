import type { Message, PhotoSize } from 'grammy/types'
import type { MediaKind, MediaPart, Part } from '../../../src/conversations/message.ts'

/** What a file of Telegram may tell of itself. */
interface TelegramFile {
  file_id: string
  file_name?: string
  mime_type?: string
  file_size?: number
  width?: number
  height?: number
  duration?: number
}

/** Contents that the unified model has no part for. */
const unsupported = [
  'story',
  'game',
  'paid_media',
  'checklist',
  'giveaway',
  'giveaway_winners',
  'passport_data',
] as const

/** The parts of a message besides its text; empty for plain text and for contents nobody has told us of. */
export function partsOf(message: Message): Part[] {
  const media = mediaOf(message)
  if (media !== undefined) return [message.has_media_spoiler ? { ...media, spoiler: true } : media]
  const { venue, location, contact, poll, dice, users_shared: users } = message
  // A venue comes with its location beside it.
  if (venue !== undefined) return [{ ...placeOf(venue.location), title: venue.title, address: venue.address }]
  if (location !== undefined) return [placeOf(location)]
  if (contact !== undefined) return [cardOf(contact)]
  if (poll !== undefined) {
    return [{ type: 'poll', question: poll.question, options: poll.options.map((option) => option.text) }]
  }
  if (dice !== undefined) return [{ type: 'notice', notice: 'dice', data: { emoji: dice.emoji, value: dice.value } }]
  if (message.web_app_data !== undefined) {
    return [{ type: 'answer', value: message.web_app_data.data, label: message.web_app_data.button_text }]
  }
  if (users !== undefined) {
    return users.users.map((user) => ({
      type: 'contact',
      name: [user.first_name, user.last_name].filter(Boolean).join(' ') || (user.username ?? String(user.user_id)),
      identity: { kind: 'telegram', value: String(user.user_id) },
    }))
  }
  return unsupported.filter((what) => message[what] !== undefined).map((what) => ({ type: 'unsupported', what }))
}

function mediaOf(message: Message): MediaPart | undefined {
  const { photo, sticker, animation, document } = message
  if (photo !== undefined) return mediaPart('image', largest(photo))
  if (sticker !== undefined)
    return { ...mediaPart('sticker', sticker), ...(sticker.emoji ? { emoji: sticker.emoji } : {}) }
  // An animation comes with a document beside it, for old clients.
  if (animation !== undefined) return mediaPart('animation', animation)
  if (message.video !== undefined) return mediaPart('video', message.video)
  if (message.audio !== undefined) return mediaPart('audio', message.audio)
  if (message.voice !== undefined) return mediaPart('voice', message.voice)
  if (message.video_note !== undefined) {
    const { length, ...file } = message.video_note
    return mediaPart('video_note', { ...file, width: length, height: length })
  }
  return document === undefined ? undefined : mediaPart('document', document)
}

/** Sizes of one photo: the last is not always the largest. */
export function largest(sizes: PhotoSize[]): PhotoSize {
  return sizes.reduce((best, size) => (size.width * size.height > best.width * best.height ? size : best))
}

function mediaPart(media: MediaKind, file: TelegramFile): MediaPart {
  const part: MediaPart = { type: 'media', media, file: { ref: file.file_id } }
  if (file.file_name !== undefined) part.name = file.file_name
  if (file.mime_type !== undefined) part.mime = file.mime_type
  if (file.file_size !== undefined) part.size = file.file_size
  if (file.width !== undefined) part.width = file.width
  if (file.height !== undefined) part.height = file.height
  if (file.duration !== undefined) part.duration = file.duration
  return part
}

function placeOf(location: NonNullable<Message['location']>): Extract<Part, { type: 'location' }> {
  const place = { type: 'location' as const, latitude: location.latitude, longitude: location.longitude }
  return location.live_period === undefined ? place : { ...place, livePeriod: location.live_period }
}

function cardOf(contact: NonNullable<Message['contact']>): Part {
  return {
    type: 'contact',
    name: [contact.first_name, contact.last_name].filter(Boolean).join(' '),
    phone: contact.phone_number,
    ...(contact.vcard === undefined ? {} : { vcard: contact.vcard }),
    ...(contact.user_id === undefined ? {} : { identity: { kind: 'telegram', value: String(contact.user_id) } }),
  }
}
