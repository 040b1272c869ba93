import type { CallStep, Happening } from '../happening.ts'
import type { GenericEvent } from './contract.ts'

const steps: Record<GenericEvent['event'], CallStep> = {
  'call.incoming': 'incoming',
  'call.initiated': 'initiated',
  'call.ringing': 'ringing',
  'call.answered': 'answered',
  'call.dtmf': 'digits',
  'call.speech': 'speech',
  'call.recording': 'recording',
  'call.completed': 'completed',
  'call.busy': 'busy',
  'call.no_answer': 'no_answer',
  'call.failed': 'failed',
  'call.canceled': 'canceled',
}

/** What an event of the generic contract tells. */
export function happeningOf(event: GenericEvent): Happening {
  const { call, digit, transcript, recording_url: url } = event
  return {
    id: event.id,
    call: call.id,
    direction: call.direction,
    from: call.from,
    to: call.to,
    step: steps[event.event],
    at: new Date(event.at).toISOString(),
    text: digit ?? transcript,
    ...(url && { recording: { url } }),
    data: withoutNothing({
      seq: event.seq,
      sipCallId: call.sip_call_id,
      sipStatus: event.sip_status,
      reason: event.reason,
      duration: event.duration,
      hangupBy: event.hangup_by,
    }),
  }
}

function withoutNothing(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined))
}
