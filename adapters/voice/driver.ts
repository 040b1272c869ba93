import type { CallRequest } from '../../src/conversations/abilities.ts'
import type { Capabilities, HookRequest, HookResponse } from '../../src/conversations/channel.ts'
import type { FetchedFile } from '../../src/conversations/channel-tools.ts'
import type { ChannelEvent } from '../../src/conversations/event.ts'
import type { Happening } from './happening.ts'

/** Where a sound file is. */
export type Sound = { url: string } | { kept: string }

/** What one of the vendor's requests told. */
export interface Heard {
  response: HookResponse
  happenings: Happening[]
  /** Of what the driver does not know. */
  unknown?: ChannelEvent
}

/** One way of making calls: what a vendor, or the generic contract, needs. */
export interface VoiceDriver {
  can: Pick<NonNullable<Capabilities['calls']>, 'speech' | 'playback' | 'digits' | 'recording'>
  /** A second call with the same key is not placed. */
  refusesSecond: boolean
  /** Checks the account, and makes it tell us of calls; gives what the line is called. */
  connect(): Promise<string>
  /** Reads a request, after a look at its signature. */
  receive(request: HookRequest): Promise<Heard>
  /** Places a call that was checked; gives the vendor's id of it. */
  place(request: CallRequest, key: string): Promise<string>
  /** Says a text in a call that goes on. */
  say(call: string, text: string, signal: AbortSignal): Promise<void>
  /** Plays a file in a call that goes on. */
  play(call: string, sound: Sound, signal: AbortSignal): Promise<void>
  /** Opens a recording by the reference that the driver gave. */
  openRecording?(ref: string): Promise<FetchedFile>
  /** Runs what the driver needs on this machine. */
  listen?(): Promise<() => Promise<void>>
  /** Lets go of what it holds; it is not listened to any more. */
  close?(): Promise<void>
}
