import type { AnswerPart, MediaKind, MediaPart, NoticePart, Part } from '../../../../src/conversations/message.ts'
import { parsePhone } from '../../../../src/platform/phone.ts'
import type { PayloadCard, PayloadMedia, PayloadMessage } from '../payload.ts'
import { filled } from './person.ts'

/** What a message says: its words and its parts. */
export interface Said {
  text: string
  parts: Part[]
}

/** What a message says; undefined when its type is none that we know. */
export function saidBy(message: PayloadMessage): Said | undefined {
  const said = ownSaid(message)
  if (said === undefined) return undefined
  const around: Part[] = []
  if (message.referral) around.push(notice('referral', message.referral))
  if (message.context?.referred_product) around.push(notice('product', message.context.referred_product))
  return { text: said.text, parts: [...said.parts, ...around] }
}

function ownSaid(message: PayloadMessage): Said | undefined {
  const { type = '' } = message
  if (message.errors?.length && type !== 'unsupported') return withoutContent(message)
  switch (type) {
    case 'text':
      return { text: message.text?.body ?? '', parts: [] }
    case 'image':
    case 'video':
    case 'document':
    case 'sticker':
    case 'audio':
    case 'voice':
      return mediaSaid(type, message[type])
    case 'location':
      return placeSaid(message.location)
    case 'contacts':
      return { text: '', parts: (message.contacts ?? []).map(cardPart) }
    case 'interactive':
      return interactiveSaid(message)
    case 'button':
      return answerSaid(message, message.button?.payload ?? message.button?.text, message.button?.text)
    case 'order': {
      const { text = '', ...order } = message.order ?? {}
      return { text, parts: [notice('order', order)] }
    }
    case 'unsupported': {
      const [error] = message.errors ?? []
      return { text: '', parts: [unsupported(message.unsupported?.type ?? error?.title ?? 'message')] }
    }
    default:
      return undefined
  }
}

/** The vendor could not fetch what the person sent: only its words are there, and why. */
function withoutContent(message: PayloadMessage): Said {
  const media = message[message.type as 'image'] as PayloadMedia | undefined
  const [error] = message.errors ?? []
  const why = error?.error_data?.details ?? error?.title ?? error?.message
  return {
    text: media?.caption ?? message.text?.body ?? '',
    parts: [unsupported([message.type, why].filter(Boolean).join(': ').slice(0, 300))],
  }
}

function mediaSaid(type: 'image' | 'video' | 'document' | 'sticker' | 'audio' | 'voice', file?: PayloadMedia): Said {
  if (!file?.id) return { text: file?.caption ?? '', parts: [unsupported(type)] }
  const media: MediaKind = type === 'audio' && file.voice === true ? 'voice' : type
  const part: MediaPart = { type: 'media', media, file: { ref: file.id } }
  if (filled(file.filename)) part.name = file.filename
  if (filled(file.mime_type)) part.mime = file.mime_type
  return { text: file.caption ?? '', parts: [part] }
}

function placeSaid(place: PayloadMessage['location']): Said {
  const { latitude, longitude, name, address } = place ?? {}
  if (latitude === undefined || longitude === undefined) return { text: '', parts: [unsupported('location')] }
  const title = filled(name)
  return {
    text: '',
    parts: [
      { type: 'location', latitude, longitude, ...(title && { title }), ...(filled(address) && { address: address! }) },
    ],
  }
}

function cardPart(card: PayloadCard): Part {
  const [phone] = card.phones ?? []
  const email = filled(card.emails?.[0]?.email)
  const number = filled(phone?.phone)
  const { formatted_name: whole, first_name: first, last_name: last } = card.name ?? {}
  const name = filled(whole) ?? [first, last].filter(Boolean).join(' ')
  const identity = phone?.wa_id
    ? { kind: 'whatsapp', value: phone.wa_id }
    : phone?.user_id && { kind: 'whatsapp_user', value: phone.user_id }
  return {
    type: 'contact',
    name: name || number || email || 'Contact',
    ...(number && { phone: parsePhone(number) ?? number }),
    ...(email && { email }),
    ...(filled(card.vcard) && { vcard: card.vcard }),
    ...(identity && { identity }),
  }
}

function interactiveSaid(message: PayloadMessage): Said {
  const { type, button_reply: button, list_reply: list, nfm_reply: form } = message.interactive ?? {}
  const reply = button ?? list
  if (reply) return answerSaid(message, reply.id ?? reply.title, reply.title)
  if (form) {
    const { response_json: filledIn = '', name, body } = form
    const value = typeof filledIn === 'string' ? filledIn : JSON.stringify(filledIn)
    return answerSaid(message, value || (body ?? ''), name ?? body)
  }
  return { text: '', parts: [unsupported(['interactive', type].filter(Boolean).join(' '))] }
}

function answerSaid(message: PayloadMessage, value = '', label?: string): Said {
  const answer: AnswerPart = { type: 'answer', value }
  if (label !== undefined) answer.label = label
  if (message.context?.id) answer.messageExternalId = message.context.id
  // What is said stands in the answer.
  return { text: '', parts: [answer] }
}

function notice(what: string, data: Record<string, unknown>): NoticePart {
  return { type: 'notice', notice: what, data }
}

function unsupported(what: string): Part {
  return { type: 'unsupported', what }
}
