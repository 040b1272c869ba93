import { z } from 'zod'
import type { MessageEvent, Person } from '../../src/conversations/event.ts'
import type { Part } from '../../src/conversations/message.ts'
import { AppError } from '../../src/platform/errors.ts'
import { parsePhone } from '../../src/platform/phone.ts'
import type { Visitor } from './visitor.ts'

/** The longest text a visitor can send, in UTF-16 code units. */
const maxText = 4000

/** A text that the database can hold: no NUL and no half of a surrogate pair. */
const plainText = z.string().transform((text) => text.toWellFormed().replaceAll('\0', ''))

/** What the page or the site knows of the visitor. A detail that cannot be read is left out: the message matters more. */
const detailsSchema = z.object({
  name: plainText.pipe(z.string().trim().min(1).max(120)).optional().catch(undefined),
  email: z.email().max(254).optional().catch(undefined),
  phone: z
    .string()
    .max(40)
    .transform((text) => parsePhone(text, ''))
    .optional()
    .catch(undefined),
  language: z
    .string()
    .max(35)
    .regex(/^[a-z]{2,3}(-[a-z0-9]{1,8})*$/i)
    .optional()
    .catch(undefined),
  timeZone: z.string().max(64).refine(isTimeZone).optional().catch(undefined),
  trafficSource: plainText.pipe(z.string().trim().min(1).max(120)).optional().catch(undefined),
})
type Details = z.infer<typeof detailsSchema>

/** What the page posts to `/hooks/{id}`: a text, or a pressed button. */
export const inboundSchema = z
  .strictObject({
    /** Made by the page, kept over its attempts: by it a message that comes again is recognised. */
    id: z.uuid().toLowerCase(),
    text: plainText.pipe(z.string().trim().min(1).max(maxText)).optional(),
    answer: z
      .strictObject({
        value: plainText.pipe(z.string().max(256)),
        label: plainText.pipe(z.string().max(64)).optional(),
        messageExternalId: z.string().max(64).optional(),
      })
      .optional(),
    details: detailsSchema.optional(),
  })
  .refine((message) => (message.text === undefined) !== (message.answer === undefined), {
    message: 'expected either text or answer',
  })
type Inbound = z.infer<typeof inboundSchema>

/** Reads a posted body; throws `invalid` with every fault named. */
export function readInbound(body: Uint8Array): Inbound {
  const read = inboundSchema.safeParse(parseJson(new TextDecoder().decode(body)))
  if (read.success) return read.data
  throw new AppError('invalid', `The message cannot be taken: ${z.prettifyError(read.error)}`, {
    faults: read.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
  })
}

/** The event that a visitor's message is. */
export function inboundEvent(visitor: Visitor, inbound: Inbound, now: Date): MessageEvent {
  const text = inbound.text ?? ''
  const parts: Part[] = [
    ...(inbound.answer ? [{ type: 'answer' as const, ...inbound.answer }] : []),
    ...claimedContact(visitor, inbound.details),
  ]
  const command = readCommand(text)
  return {
    kind: 'message',
    externalId: inbound.id,
    thread: visitor.thread,
    at: now.toISOString(),
    sender: person(visitor, inbound.details),
    message: {
      externalId: inbound.id,
      text,
      ...(parts.length > 0 && { parts }),
      addressesBot: true,
      ...(command && { command }),
    },
  }
}

/** Only a signed e-mail or phone may tell who the person is: they find the contact, and anybody can type them. */
function person(visitor: Visitor, details: Details = {}): Person {
  const [firstName, ...rest] = details.name?.split(/\s+/) ?? []
  return {
    identities: [
      visitor.identity,
      ...(visitor.vouched?.phone ? [{ kind: 'phone', value: visitor.vouched.phone }] : []),
      ...(visitor.vouched?.email ? [{ kind: 'email', value: visitor.vouched.email.toLowerCase() }] : []),
    ],
    ...(firstName && { firstName }),
    ...(rest.length > 0 && { lastName: rest.join(' ') }),
    ...(visitor.vouched?.email && { email: visitor.vouched.email.toLowerCase() }),
    ...(visitor.vouched?.phone && { phone: visitor.vouched.phone }),
    ...(details.language && { language: details.language }),
    ...(details.timeZone && { timeZone: details.timeZone }),
    ...(details.trafficSource && { trafficSource: details.trafficSource }),
  }
}

/** An e-mail or phone that nobody vouches for is shown to the operators as a contact card. */
function claimedContact(visitor: Visitor, { name = '', email, phone }: Details = {}): Part[] {
  if (visitor.vouched || (!email && !phone)) return []
  return [{ type: 'contact', name, ...(phone && { phone }), ...(email && { email }) }]
}

function readCommand(text: string): { name: string; argument: string } | undefined {
  const [, name, argument] = /^\/([a-z0-9_]{1,32})(?:\s+([\s\S]*))?$/i.exec(text) ?? []
  return name ? { name: name.toLowerCase(), argument: argument ?? '' } : undefined
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new AppError('invalid', 'The body is not JSON. Expected {"id": "<uuid>", "text": "…"}.')
  }
}
