import { z } from 'zod'

/*
 * The generic contract: how a phone system of any make (a dialplan with curl, a provider, the SIP bridge) and this program talk.
 * Both ways it is a POST of JSON whose header `X-Signature: t=<Unix seconds>,v1=<hex HMAC-SHA256 of "t.body">` is made
 * with the shared secret and counts for five minutes (`adapters/kit/signed-body.ts`).
 *
 * - The phone system posts call events to the channel's hook; the answer to `call.incoming` says what to do with the call.
 * - This program posts commands to the phone system's address; the answer to `place` names the call.
 */

/** The header of both directions. */
export const signatureHeader = 'x-signature'

export const genericEvents = [
  'call.incoming',
  'call.initiated',
  'call.ringing',
  'call.answered',
  'call.dtmf',
  'call.speech',
  'call.recording',
  'call.completed',
  'call.busy',
  'call.no_answer',
  'call.failed',
  'call.canceled',
] as const

/** What may stand in a header of SIP: one line. */
const lineSchema = z
  .string()
  .max(320)
  .regex(/^[^\r\n\0]*$/, 'expected one line')
const callIdSchema = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\x21-\x7e]+$/, 'expected 1 to 200 visible ASCII characters')

/** A keypress or several, in order. */
export const digitsSchema = z.string().regex(/^[0-9*#A-D]{1,64}$/, 'expected keys of a phone: 0-9, *, # and A-D')

/** One event of a call, as the phone system posts it to the hook. */
export const genericEventSchema = z.object({
  /** Unique; a second event with the same id changes nothing. */
  id: z.string().min(1).max(200),
  /** Grows within a call: the order in which things happened, as posts can overtake one another. */
  seq: z.int().min(0),
  event: z.enum(genericEvents),
  /** ISO 8601. */
  at: z.iso.datetime({ offset: true }),
  call: z.object({
    /** The phone system's name of the call; the same in all its events, and what `place` was answered with. */
    id: callIdSchema,
    direction: z.enum(['inbound', 'outbound']),
    /** A number (best as E.164), an extension or a SIP address. */
    from: lineSchema,
    to: lineSchema,
    sip_call_id: lineSchema.optional(),
  }),
  /** The final SIP status, of an end that has one. */
  sip_status: z.int().min(100).max(699).optional(),
  /** In words, for people. */
  reason: z.string().max(500).optional(),
  /** Of `call.dtmf`. */
  digit: digitsSchema.optional(),
  /** Of `call.speech`: what was understood. */
  transcript: z.string().max(10_000).optional(),
  /** Of `call.recording`, or of an end: where the recording can be fetched. */
  recording_url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional(),
  /** Seconds from the answer to the end. */
  duration: z.number().min(0).optional(),
  hangup_by: z.enum(['caller', 'callee', 'us', 'system']).optional(),
})
export type GenericEvent = z.infer<typeof genericEventSchema>

const saySchema = z.object({
  text: z.string().min(1).max(4000),
  /** BCP 47. */
  language: z.string().max(35).optional(),
  /** A voice of the phone system. */
  voice: z.string().max(100).optional(),
})

/** A file to play: its address, or (where we cannot be reached from outside) the file itself. */
const playSchema = z.union([
  z.object({ url: z.url({ protocol: /^https?$/ }).max(2000) }),
  z.object({
    /** The whole file in base64. */
    data: z.base64().max(14_000_000),
    mime: z.string().max(100),
  }),
])
export type GenericPlay = z.infer<typeof playSchema>

/** What happens in an answered call: said, then played, then keys are waited for. */
const treatmentSchema = z.object({
  say: saySchema.optional(),
  play: playSchema.optional(),
  /** Wait for so many keys at most and so many seconds after that; absent: none are waited for. */
  digits: z.object({ max: z.int().min(1).max(64), seconds: z.int().min(1).max(300) }).optional(),
  /** Listen for speech as well while keys are waited for. */
  speech: z.boolean().optional(),
  record: z.boolean(),
  /** Seconds after the answer at which the call ends at the latest. */
  max_seconds: z.int().min(1).max(14_400),
})

/** What we answer to `call.incoming` (status 200); to other events the answer has no body. */
export const incomingAnswerSchema = z.discriminatedUnion('answer', [
  treatmentSchema.extend({
    answer: z.literal(true),
    /** Go on waiting for keys and commands until the caller or `hang_up` ends it; else hang up when all of the above is done. */
    stay: z.boolean(),
  }),
  z.object({ answer: z.literal(false), sip_status: z.union([z.literal(486), z.literal(603)]) }),
])
export type IncomingAnswer = z.infer<typeof incomingAnswerSchema>

/** The names of SIP parameters that a call may carry. */
export const sipParameterNames = ['transport', 'timeout', 'from', 'user', 'password', 'maxduration'] as const

/** `host` or `host:port`, IPv6 in brackets. */
export const sipServerSchema = z
  .string()
  .max(270)
  .regex(
    /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)(:\d{1,5})?$/i,
    'expected host or host:port, such as pbx.example.com:5060',
  )

const commandBase = {
  /** Unique; a second command with the same id must change nothing. */
  id: z.string().min(1).max(200),
  /** ISO 8601. */
  at: z.iso.datetime({ offset: true }),
}

/** One command, as we post it to the phone system. Any answer but 2xx refuses it; `{ "error": "why" }` is shown to people. */
export const genericCommandSchema = z.discriminatedUnion('command', [
  /** Is somebody there, and is the secret right? Answered with 2xx. */
  z.object({ ...commandBase, command: z.literal('ping'), events_url: z.url().optional() }),
  /** Call somebody. Answered with 2xx and `{ "call": { "id": "…" } }` before it rings; a second one with the same `key` places no call and gives the same id. */
  z.object({
    ...commandBase,
    command: z.literal('place'),
    /** Where the events go; absent: where the phone system was told to send them. */
    events_url: z.url().optional(),
    call: treatmentSchema.extend({
      key: z.string().min(1).max(200),
      /** E.164 with its +, or digits of an extension, with * and #. */
      to: z.string().regex(/^\+?[0-9*#]{1,32}$/, 'expected a number'),
      /** The caller's number or name of the line; a `from` of the SIP parameters goes before it. */
      from: lineSchema.optional(),
      sip_server: sipServerSchema.optional(),
      sip_parameters: z.partialRecord(z.enum(sipParameterNames), lineSchema),
      /** Seconds for which it may ring. */
      ring_seconds: z.int().min(1).max(600),
    }),
  }),
  /** Say, play or end something in a call that is answered. */
  z.object({ ...commandBase, command: z.literal('say'), call_id: callIdSchema, say: saySchema }),
  z.object({ ...commandBase, command: z.literal('play'), call_id: callIdSchema, play: playSchema }),
  z.object({ ...commandBase, command: z.literal('hang_up'), call_id: callIdSchema }),
])
export type GenericCommand = z.infer<typeof genericCommandSchema>

/** The answer to `place`. */
export const placedSchema = z.object({ call: z.object({ id: callIdSchema }) })

/** The body of a refusal. */
export const refusalSchema = z.object({ error: z.string().max(2000) })
