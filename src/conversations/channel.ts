import type { Hono } from 'hono'
import type { ZodObject } from 'zod'
import type { Clock } from '../platform/clock.ts'
import { AppError } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'
import type { SafeHttp } from '../platform/safe-http/safe-http.ts'
import type { CallPlacer, GroupCreator, SignInSource, TemplateSource } from './abilities.ts'
import type { ChannelFiles, ChannelState, Condition, FetchedFile } from './channel-tools.ts'
import type { ChannelEvent, ThreadRef, WorkEvent } from './event.ts'
import type { Content, ConversationKind, Identity, MediaKind, Part } from './message.ts'
import type { OperatorDesk } from './operator-desk.ts'

/** A vendor's request to `/hooks/{id}`, its body as it came: signatures are made over it. */
export interface HookRequest {
  method: string
  /** The whole address, as the vendor called it. */
  url: URL
  headers: Headers
  body: Uint8Array
}

/** What to answer the vendor once the events are stored. */
export interface HookResponse {
  status: number
  headers?: Record<string, string>
  body?: string
}

export interface Received {
  response: HookResponse
  events: ChannelEvent[]
}

/** Where a message goes. */
export interface Target {
  /** The external id of the thread. */
  thread: string
  kind: ConversationKind
}

/** What an adapter is asked to do in a thread. */
export type Outbound =
  | ({ action: 'message' } & Content)
  | ({ action: 'edit'; messageExternalId: string } & Content)
  | { action: 'delete'; messageExternalId: string }
  | { action: 'typing' }

export interface Receipt {
  /** The vendor's ids of what was sent, in order; the first one stands for the message. Empty for typing. */
  externalIds: string[]
}

/** What a channel can do in a thread; blocks ask for these and never for a channel's name. */
export interface Capabilities {
  text: {
    /** The longest text in UTF-16 code units; longer ones are split. */
    maxLength: number
    /** The longest text that may go with media; absent when as long as any. Longer ones become a message of their own. */
    captionMaxLength?: number
    /** Whether bold, links and the like are shown. */
    formatting: boolean
  }
  /** The kinds of media it sends; others go as a link. */
  media: readonly MediaKind[]
  /** Taps on a choice; without them buttons become numbered text. */
  buttons: boolean
  /** Asking for the person's phone or place by a button. */
  requestButtons: boolean
  location: boolean
  contactCard: boolean
  reply: boolean
  edit: boolean
  delete: boolean
  reactions: boolean
  typing: boolean
  groups: boolean
  /** We may write before the person did. */
  canWriteFirst: boolean
  /** A mention calls a chosen member of a group. */
  mentions: boolean
  /** It can make a group and invite people: {@link ChannelAdapter.groups}. */
  createsGroups: boolean
  /** Texts approved beforehand, which may be sent outside of the window. */
  templates: boolean
  /** Its messages have a subject and may have HTML. */
  email: boolean
  /** What it can do in a call that it places, and how many calls and minutes of calls it may place an hour; absent where it cannot call. */
  calls?: {
    speech: boolean
    playback: boolean
    digits: boolean
    recording: boolean
    perHour?: number
    minutesPerHour?: number
  }
  /** Hours after the person's last message during which free text is allowed; absent when always. */
  windowHours?: number
}

/** How fast a channel may send: over all threads, and within one. Bursts up to one second's worth are let through. */
export interface Pacing {
  perSecond: number
  perThreadPerSecond: number
  perGroupPerMinute?: number
}

/** What the adapter may ask of the program for one channel. */
export interface ChannelContext<Settings = Record<string, unknown>> {
  channel: { id: number; projectId: number; name: string; settings: Settings }
  /** Our address for the vendor's requests, when the program is reachable from outside. */
  hookUrl: string | undefined
  clock: Clock
  log: Log
  /** For addresses that a person typed in: guarded against our own network. */
  http: SafeHttp
  /** What the adapter keeps for this channel, sealed in the database: a session, a place in a mailbox. */
  state: ChannelState
  /** Files that we keep ourselves. */
  files: ChannelFiles
  /** A directory of this channel's own on this machine; made at the first call. For what must lie on a disk, such as a browser's profile. */
  folder(): Promise<string>
  /** What managers may do from this channel. */
  desk: OperatorDesk
  /** Tells how the channel fares now; shown by the API, and to operators when it fails. */
  report(condition: Condition): Promise<void>
  /** Stores events; resolves after the commit, so the vendor may be told that they arrived. */
  receive(events: ChannelEvent[]): Promise<void>
}

/** One connected account of some vendor. */
export interface ChannelAdapter {
  capabilities(kind: ConversationKind): Capabilities
  pacing(): Pacing
  /** Checks the account with the vendor, makes it send to our hook, and tells what it is called (`@dealer_bot`). */
  connect(): Promise<{ address: string }>
  /** Turns a vendor's request into events. Pure, but for the look at the signature: a bad one throws `unauthenticated`. */
  receive(request: HookRequest): Promise<Received>
  /** Sends one thing; throws a {@link SendError} or an AppError. `signal` ends the attempt. */
  send(target: Target, outbound: Outbound, signal: AbortSignal): Promise<Receipt>
  /**
   * Begins to listen where the vendor does not call us (long polling, IMAP). Called in one process at a time, the
   * holder of the channel's lease; the returned function ends it and resolves when nothing is under way any more.
   */
  listen?(): Promise<() => Promise<void>>
  /** The direct thread in which a person with these identities can be written to first; undefined where there is none. */
  threadFor?(identities: readonly Identity[]): ThreadRef | undefined
  /** Opens a file by the reference that the adapter put into a media part. */
  fetchFile?(ref: string): Promise<FetchedFile>
  /** Opens the picture that a person with these identities shows of themselves; undefined where there is none to see. */
  fetchPicture?(identities: readonly Identity[]): Promise<FetchedFile | undefined>
  /** Works on an event that it made for itself. What it throws is tried again when retryable, else noted. */
  work?(event: WorkEvent): Promise<void>
  /** Signing in step by step, of an account that has no token. */
  signIn?: SignInSource
  groups?: GroupCreator
  templates?: TemplateSource
  calls?: CallPlacer
  /** The team's own place in this channel, where it follows conversations of every channel; absent where it has none. */
  room?: TeamRoom
  /** Lets go of everything the adapter holds. */
  close(): Promise<void>
}

/** A group of the team in which each conversation has a thread of its own. */
export interface TeamRoom {
  /** Opens a thread and gives its external id. */
  openThread(title: string): Promise<string>
}

/** A way of sending that failed for a reason of the thread. */
export type SendFailure =
  /** The person blocked us, or we were removed: nothing will arrive. */
  | { reason: 'unreachable' }
  /** The thread goes on under another id. */
  | { reason: 'migrated'; newThreadId: string }

/** A failed attempt that says something of the thread itself. */
export class SendError extends AppError {
  readonly failure: SendFailure

  constructor(message: string, failure: SendFailure, cause?: unknown) {
    super('gone', message, { retryable: failure.reason === 'migrated', cause, detail: { [failure.reason]: true } })
    this.failure = failure
  }
}

/** A kind of channel: a row of the adapters' catalogue. */
export interface ChannelDefinition {
  kind: string
  title: string
  /** The kinds of conversations it has. */
  conversations: readonly ConversationKind[]
  /** It sends and signs in only where it listens: in the process that holds the channel's lease. */
  staysWithListener?: boolean
  /** Settings that make sense, for the reference pages and the tests. */
  example: Record<string, unknown>
  /** The channel's settings; secret ones carry `.meta({ secret: true })` and are sealed at rest. */
  settings: ZodObject
  // biome-ignore lint/suspicious/noExplicitAny: each definition knows the shape of its own settings
  create(context: ChannelContext<any>): ChannelAdapter
  /** Pages of the channel's own, mounted at `/channels/{kind}`. */
  pages?(host: PageHost): Hono
}

/** A message as a channel's own page shows it. */
export interface PageMessage {
  id: number
  direction: 'inbound' | 'outbound'
  externalId: string | null
  content: Omit<Content, 'parts'> & { parts?: Part[] }
  at: string
}

/** What a channel with pages of its own may ask of the program. */
export interface PageHost {
  /** The channel's number and settings by its hook id; undefined when there is none or it is switched off. */
  channel(hookId: string): Promise<{ id: number; name: string; settings: Record<string, unknown> } | undefined>
  receive(channelId: number, events: ChannelEvent[]): Promise<void>
  /** The thread's visible messages with a number above `after`, oldest first. */
  history(channelId: number, thread: string, after: number, limit: number): Promise<PageMessage[]>
  /** Calls back when something new may stand in the thread's history; the returned function ends it. */
  watch(channelId: number, thread: string, onNews: () => void): () => void
}

/** The adapters that the program has, by kind. */
export type ChannelCatalogue = ReadonlyMap<string, ChannelDefinition>
