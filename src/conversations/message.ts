import { z } from 'zod'

export type ConversationKind = 'direct' | 'group' | 'email' | 'call'
export type ConversationMode = 'bot' | 'manual'
export type MessageDirection = 'inbound' | 'outbound' | 'internal'

/** Where an outbound message stands; inbound ones are `received`. It never goes backwards. */
export type DeliveryState = 'received' | 'pending' | 'sent' | 'delivered' | 'read' | 'failed'

/** Something that tells who a person is; the kind is named by the adapter (`telegram`, `phone`, `email`, `webchat`). */
export interface Identity {
  kind: string
  value: string
}

/** A stretch of formatted or meaningful text. Offsets and lengths count UTF-16 code units, as JavaScript does. */
export const entitySchema = z.object({
  type: z.enum([
    'bold',
    'italic',
    'underline',
    'strikethrough',
    'spoiler',
    'code',
    'pre',
    'quote',
    'link',
    'mention',
    'command',
    'hashtag',
    'email',
    'phone',
    'emoji',
  ]),
  offset: z.int().min(0),
  length: z.int().min(1),
  /** Of a link. */
  url: z.string().optional(),
  /** Of preformatted code. */
  language: z.string().optional(),
  /** Of a mention of a person without a username. */
  identity: z.object({ kind: z.string(), value: z.string() }).optional(),
})
export type Entity = z.infer<typeof entitySchema>

/**
 * Where a file is: an address that anybody can read, the adapter's own reference, fetched through the channel, or a file that
 * we keep ourselves, named by the SHA-256 of its content.
 */
export const fileSchema = z.union([
  z.object({ url: z.url({ protocol: /^https?$/ }) }),
  z.object({ ref: z.string() }),
  z.object({ kept: z.string().regex(/^[0-9a-f]{64}$/, 'expected the SHA-256 of a kept file, in hex') }),
])
export type FileSource = z.infer<typeof fileSchema>

export const mediaKinds = [
  'image',
  'video',
  'audio',
  'voice',
  'video_note',
  'animation',
  'document',
  'sticker',
] as const
export type MediaKind = (typeof mediaKinds)[number]

export const mediaPartSchema = z.object({
  type: z.literal('media'),
  media: z.enum(mediaKinds),
  file: fileSchema,
  name: z.string().optional(),
  mime: z.string().optional(),
  /** Bytes. */
  size: z.int().optional(),
  width: z.int().optional(),
  height: z.int().optional(),
  /** Seconds. */
  duration: z.number().optional(),
  /** The emoji that a sticker stands for. */
  emoji: z.string().optional(),
  spoiler: z.boolean().optional(),
})

export const locationPartSchema = z.object({
  type: z.literal('location'),
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  title: z.string().optional(),
  address: z.string().optional(),
  /** Seconds for which the place is updated. */
  livePeriod: z.int().optional(),
})

export const contactCardPartSchema = z.object({
  type: z.literal('contact'),
  name: z.string(),
  phone: z.string().optional(),
  email: z.string().optional(),
  vcard: z.string().optional(),
  /** The vendor's id of the person on the card. */
  identity: z.object({ kind: z.string(), value: z.string() }).optional(),
})

/** A button under a message: it answers with `value` (the label when absent), opens `url`, or asks for phone or place. */
export const buttonSchema = z.object({
  label: z.string().min(1).max(64),
  value: z.string().max(256).optional(),
  url: z.url().optional(),
  request: z.enum(['phone', 'location']).optional(),
})
export type Button = z.infer<typeof buttonSchema>

export const buttonsPartSchema = z.object({
  type: z.literal('buttons'),
  rows: z.array(z.array(buttonSchema).min(1)).min(1),
})

/** A text that the vendor has approved beforehand, with what fills its gaps; the text of the message is what it reads as. */
export const templatePartSchema = z.object({
  type: z.literal('template'),
  name: z.string().min(1).max(512),
  /** As the vendor spells it: `en_US`. */
  language: z.string().min(2).max(20),
  /** The values of its gaps by their names, or by their numbers from `1`. */
  variables: z.record(z.string(), z.string().max(4000)).default({}),
  /** A file for its heading, where it has one. */
  header: fileSchema.optional(),
  /** What fills the addresses of its buttons, by the button's place from `0`. */
  buttons: z.record(z.string(), z.string().max(2000)).optional(),
})
export type TemplatePart = z.infer<typeof templatePartSchema>

/** What an e-mail has besides its shown text. */
export const emailPartSchema = z.object({
  type: z.literal('email'),
  subject: z.string().max(998).optional(),
  html: z.string().max(1_000_000).optional(),
  /** The text as it came, with what was quoted. */
  source: z.string().max(1_000_000).optional(),
  to: z.array(z.string().max(320)).max(100).optional(),
  cc: z.array(z.string().max(320)).max(100).optional(),
})
export type EmailPart = z.infer<typeof emailPartSchema>

/** What an operator or a flow can say besides text. */
export const outboundPartSchema = z.discriminatedUnion('type', [
  mediaPartSchema,
  locationPartSchema,
  contactCardPartSchema,
  buttonsPartSchema,
  templatePartSchema,
  emailPartSchema,
])
export type OutboundPart = z.infer<typeof outboundPartSchema>

/** A pressed button. */
export interface AnswerPart {
  type: 'answer'
  value: string
  label?: string
  /** The message whose button it was. */
  messageExternalId?: string
}

/** Something that happened in the conversation and is shown in its history: a join, a new title, a pinned message. */
export interface NoticePart {
  type: 'notice'
  notice: string
  data?: Record<string, unknown>
}

/** A step of a call. */
export interface CallPart {
  type: 'call'
  event: string
  data?: Record<string, unknown>
}

export interface PollPart {
  type: 'poll'
  question: string
  options: string[]
}

/** Something that the unified model has no part for; `what` names it in the vendor's words. */
export interface UnsupportedPart {
  type: 'unsupported'
  what: string
}

export type MediaPart = z.infer<typeof mediaPartSchema>
export type Part = OutboundPart | AnswerPart | NoticePart | CallPart | PollPart | UnsupportedPart

/** What is said: text with its formatting, and parts. */
export const contentSchema = z.object({
  text: z.string().max(20_000).default(''),
  entities: z.array(entitySchema).optional(),
  parts: z.array(outboundPartSchema).max(20).optional(),
  replyToExternalId: z.string().optional(),
})
export type Content = z.infer<typeof contentSchema>
