import { z } from 'zod'
import type { CallStep, Happening } from '../happening.ts'

/** What every request of jambonz tells of its call (docs.jambonz.org/reference/webhooks). */
export const callInfoSchema = z.object({
  call_sid: z.string().min(1).max(200),
  direction: z.enum(['inbound', 'outbound']),
  from: z.string().max(320).default(''),
  to: z.string().max(320).default(''),
  call_status: z.string(),
  call_id: z.string().optional(),
  caller_name: z.string().max(200).optional(),
  sip_status: z.coerce.number().optional(),
  sip_reason: z.string().max(500).optional(),
  call_termination_by: z.string().optional(),
  duration: z.coerce.number().optional(),
  /** The tag that the call was placed with. */
  customerData: z.record(z.string(), z.unknown()).optional(),
})
export type CallInfo = z.infer<typeof callInfoSchema>

/** What a gather has heard. */
export const inputSchema = z.object({
  digits: z.string().max(64).optional(),
  speech: z
    .object({
      alternatives: z.array(z.object({ transcript: z.string().max(10_000), confidence: z.number().optional() })),
    })
    .optional(),
  reason: z.string().optional(),
})

const steps: Record<string, CallStep> = {
  queued: 'initiated',
  trying: 'initiated',
  ringing: 'ringing',
  'early-media': 'ringing',
  'in-progress': 'answered',
  completed: 'completed',
  busy: 'busy',
  'no-answer': 'no_answer',
  failed: 'failed',
}

/** The step that a status is; undefined of one that is not known. A status comes once in a call, and so names what it tells. */
export function stepOfStatus(info: CallInfo, at: Date): Happening | undefined {
  const step = steps[info.call_status]
  if (step === undefined) return undefined
  const isEnd = ['completed', 'busy', 'no_answer', 'failed'].includes(step)
  return {
    ...sidesOf(info),
    id: `${info.call_sid}:${info.call_status}`,
    step,
    at: at.toISOString(),
    data: {
      ...(info.call_id && { sipCallId: info.call_id }),
      ...(isEnd && info.sip_status !== undefined && { sipStatus: info.sip_status }),
      ...(isEnd && info.sip_reason && { reason: info.sip_reason }),
      ...(isEnd && info.duration !== undefined && { duration: info.duration }),
      ...(isEnd && info.call_termination_by && { hangupBy: info.call_termination_by }),
    },
  }
}

/** Somebody calls us. */
export function incoming(info: CallInfo, at: Date): Happening {
  return {
    ...sidesOf(info),
    id: `${info.call_sid}:incoming`,
    step: 'incoming',
    at: at.toISOString(),
    ...(info.caller_name && info.caller_name !== info.from && { name: info.caller_name }),
    data: info.call_id ? { sipCallId: info.call_id } : {},
  }
}

/** What was keyed in or said in a turn; undefined when nothing was. */
export function inputOf(
  info: CallInfo,
  { digits, speech }: z.infer<typeof inputSchema>,
  turn: string,
  at: Date,
): Happening | undefined {
  const said = speech?.alternatives[0]
  if (!digits && !said?.transcript) return undefined
  return {
    ...sidesOf(info),
    id: `${info.call_sid}:input:${turn}`,
    step: digits ? 'digits' : 'speech',
    at: at.toISOString(),
    text: digits || said?.transcript,
    data: !digits && said?.confidence !== undefined ? { confidence: said.confidence } : {},
  }
}

function sidesOf({
  call_sid: call,
  direction,
  from,
  to,
}: CallInfo): Pick<Happening, 'call' | 'direction' | 'from' | 'to'> {
  return { call, direction, from, to }
}
