import type { CallTimers } from './line.ts'
import type { ResponseParts, SipEndpoint } from './sip-endpoint.ts'
import type { SipRequest } from './sip-message.ts'

/** A 200 that waits for its ACK. */
export interface Acceptance {
  /** Takes an ACK; true when it is the one. */
  take(ack: SipRequest): boolean
  /** Ends the repeating. */
  stop(): void
}

/** Answers an INVITE with 200 and repeats that until the ACK comes, as is the callee's duty (RFC 3261, 13.3.1.4). */
export function acceptInvite(
  endpoint: SipEndpoint,
  invite: SipRequest,
  parts: ResponseParts,
  { repeat, longestRepeat, acknowledgement }: CallTimers,
  onSilence: () => void,
): Acceptance {
  const send = () => endpoint.respond(invite, 200, 'OK', parts)
  let pause = repeat
  let again: NodeJS.Timeout
  const later = () => {
    again = setTimeout(() => {
      send()
      pause = Math.min(pause * 2, longestRepeat)
      later()
    }, pause)
  }
  const stop = () => {
    clearTimeout(again)
    clearTimeout(limit)
  }
  const limit = setTimeout(() => {
    stop()
    onSilence()
  }, acknowledgement)
  send()
  later()
  return {
    take(ack) {
      if (ack.headers.cseq.seq !== invite.headers.cseq.seq) return false
      stop()
      return true
    },
    stop,
  }
}
