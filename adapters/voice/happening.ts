import type { ChannelEvent, MessageEvent } from '../../src/conversations/event.ts'
import type { CallPart, FileSource, Part } from '../../src/conversations/message.ts'
import { readPeer } from './peer.ts'

/** A step of a call, whichever driver tells it. */
export type CallStep =
  | 'incoming'
  | 'initiated'
  | 'ringing'
  | 'answered'
  | 'digits'
  | 'speech'
  | 'recording'
  | 'completed'
  | 'busy'
  | 'no_answer'
  | 'canceled'
  | 'failed'

/** Something that happened in a call. */
export interface Happening {
  /** Unique in its channel, and the same when it is told again. */
  id: string
  call: string
  direction: 'inbound' | 'outbound'
  from: string
  to: string
  step: CallStep
  /** ISO 8601. */
  at: string
  /** The name that the other side shows. */
  name?: string
  /** Of keys or speech: what was keyed in or said. */
  text?: string
  /** Of a recording: where it can be heard. */
  recording?: FileSource
  /** What else is known: `seq`, `duration` in seconds, `sipStatus`, `reason`, `hangupBy`. */
  data?: Record<string, unknown>
}

/** Ends of a call to us that nobody has taken: it was missed. */
const missed: readonly CallStep[] = ['busy', 'no_answer', 'canceled', 'failed']

/**
 * A step of a call as a message of the thread that the call is. What the caller keys in or says in a call to us is meant for the bot;
 * in a call that we placed it is the answer to what that call asked, and no message to anybody else.
 */
export function eventOf(happening: Happening, country: string): ChannelEvent {
  const { id, call, direction, from, to, step, at, text = '', recording, data } = happening
  const peer = readPeer(direction === 'inbound' ? from : to, country, call)
  const isMissed = direction === 'inbound' && missed.includes(step)
  const part: CallPart = {
    type: 'call',
    event: isMissed ? 'missed' : step,
    data: {
      direction,
      from,
      to,
      ...data,
      ...(isMissed && { how: step }),
      ...(step === 'digits' && { digits: text }),
    },
  }
  const parts: Part[] = [part]
  if (recording) {
    const { duration } = data ?? {}
    parts.push({
      type: 'media',
      media: 'audio',
      file: recording,
      ...(typeof duration === 'number' && { duration }),
    })
  }
  const event: MessageEvent = {
    kind: 'message',
    externalId: id,
    thread: { id: call, kind: 'call', title: peer.title },
    at,
    sender: { ...peer.person, ...(happening.name && { firstName: happening.name }) },
    message: {
      externalId: id,
      text,
      parts,
      addressesBot: direction === 'inbound' && (step === 'digits' || step === 'speech'),
    },
  }
  return event
}

/** A payload that no driver knows: kept for inspection. */
export function unknownEvent(id: string, at: Date, what: string, raw: unknown): ChannelEvent {
  return {
    kind: 'unknown',
    externalId: id,
    thread: { id: 'unknown', kind: 'call' },
    at: at.toISOString(),
    what,
    raw,
  }
}
