import type { Clock } from '../../../src/platform/clock.ts'
import type { Log } from '../../../src/platform/log.ts'
import type { GenericEvent } from '../generic/contract.ts'
import type { RtpSession } from './rtp.ts'
import type { SipEndpoint } from './sip-endpoint.ts'
import type { SipRequest } from './sip-message.ts'
import type { SipPeer } from './sip-transport.ts'
import type { Sound } from './wav.ts'

/** What every call works with. */
export interface Line {
  endpoint: SipEndpoint
  clock: Clock
  log: Log
  timers: CallTimers
  /** Whether that address may be written to. */
  admits(address: string): boolean
  /** Opens the audio of a call. Throws `unavailable` when no port is left. */
  openAudio(callId: string, onKey: (key: string) => void): Promise<RtpSession>
}

/** In milliseconds. */
export interface CallTimers {
  /** How long a silent server is waited for after the time for ringing, or after a CANCEL. */
  grace: number
  /** How long a caller hears ringing before we are told what to do with the call. */
  decision: number
  /** After this a 2xx without its ACK is repeated, then after twice as long each time (RFC 3261: T1) … */
  repeat: number
  /** … but at most after this (T2) … */
  longestRepeat: number
  /** … until this (64 × T1): the call is lost then. */
  acknowledgement: number
  /** After so long without a key an answer is whole, in calls that go on. */
  keyPause: number
}

/** RFC 3261 17.1.1.1, and what people bear. */
export const usualTimers: CallTimers = {
  grace: 5_000,
  decision: 25_000,
  repeat: 500,
  longestRepeat: 4_000,
  acknowledgement: 32_000,
  keyPause: 2_000,
}

/** What happens in an answered call. */
export interface Treatment {
  sound: Sound | undefined
  /**
   * Keys are waited for once the sound is over: so many at most, or until #, and for so many seconds after the sound or the
   * last key. Where the call stays, each answer of so many keys is told, and nothing ends.
   */
  digits: { max: number; seconds: number } | undefined
  /** Whether the call goes on when all that is done. */
  stay: boolean
  maxSeconds: number
}

/** A call that can be given orders. */
export interface LiveCall {
  /** A request of the peer in this call. */
  take(request: SipRequest, from: SipPeer): void
  /** Throws `conflict` while the call is not answered. */
  play(sound: Sound): void
  /** At whatever point the call is. */
  hangUp(by: Ender, reason?: string): void
}

export type Ender = NonNullable<GenericEvent['hangup_by']>

/** The address that a peer calls back in a dialog. */
export function contactUri(user: string, address: string, port: number, { protocol }: SipPeer): string {
  return `sip:${user}@${address}:${port}${protocol === 'TCP' ? ';transport=tcp' : ''}`
}

export const allowed = 'INVITE, ACK, CANCEL, BYE, INFO, OPTIONS'
