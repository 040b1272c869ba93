import type { Told } from '../contacts/told-by-channel.ts'
import type { ConversationKind, Entity, Part } from './message.ts'

/** What a channel tells of a person; only what is present is taken over into the contact. */
export interface Person extends Told {
  /** It is a program, not a person. */
  bot?: boolean
  /** It is one of the team, though nobody can tell who: an administrator who writes as the group itself. */
  manager?: boolean
}

/** The thread an event belongs to: its id is the channel's own and stable. */
export interface ThreadRef {
  id: string
  kind: ConversationKind
  title?: string
}

interface EventBase {
  /** Unique in its channel; a second event with the same id changes nothing. */
  externalId: string
  thread: ThreadRef
  /** The vendor's time, ISO 8601. */
  at: string
}

/** Somebody said something. */
export interface MessageEvent extends EventBase {
  kind: 'message'
  sender: Person
  message: {
    externalId: string
    text: string
    entities?: Entity[]
    parts?: Part[]
    replyToExternalId?: string
    /** The bot is meant: in a direct thread by all that a person says, but not by notices such as a pinned message; in a group by a reply to it, a
     * mention or a command to it. What does not mean the bot moves no flow. */
    addressesBot: boolean
    /** The parts of one album come as several events with the same id. */
    albumId?: string
    /** A command without its slash and bot name, `start`, and what follows it. */
    command?: { name: string; argument: string }
  }
}

/**
 * Somebody of the team wrote in the vendor's own app (on the phone, in the web mail): an operator's message that did not go
 * through us. It takes the conversation over from the bot. What we sent ourselves is never told so.
 */
export interface OwnMessageEvent extends EventBase {
  kind: 'own_message'
  /** Whom it was written to, in a thread between two. */
  to?: Person
  message: {
    externalId: string
    text: string
    entities?: Entity[]
    parts?: Part[]
    replyToExternalId?: string
  }
}

/** A message was changed after it was sent; it moves no flow. */
export interface EditEvent extends EventBase {
  kind: 'edit'
  sender: Person
  message: { externalId: string; text: string; entities?: Entity[]; parts?: Part[] }
}

/** A message was taken back. */
export interface DeletionEvent extends EventBase {
  kind: 'deletion'
  messageExternalId: string
}

/** Somebody's reactions to a message are now these (none: taken back). */
export interface ReactionEvent extends EventBase {
  kind: 'reaction'
  sender: Person
  messageExternalId: string
  reactions: string[]
}

/** Somebody's membership of a group is now this. `self` is our own account: then the thread was opened or closed to us. */
export interface MembershipEvent extends EventBase {
  kind: 'membership'
  person: Person
  self: boolean
  status: 'member' | 'admin' | 'owner' | 'left' | 'blocked'
}

/** What became of a message of ours. */
export interface StatusEvent extends EventBase {
  kind: 'status'
  messageExternalId: string
  status: 'sent' | 'delivered' | 'read' | 'failed'
  error?: string
}

/** The vendor gave the thread another id; the conversation stays the same. */
export interface MigrationEvent extends EventBase {
  kind: 'migration'
  newThreadId: string
}

/** A payload that the adapter does not know: kept for inspection. */
export interface UnknownEvent extends EventBase {
  kind: 'unknown'
  what: string
  raw: unknown
}

/**
 * Something for the adapter itself: kept like every event, then handed to {@link ChannelAdapter.work} where the channel is
 * listened to, at least once and one after another in each thread. It opens no conversation and moves no flow.
 */
export interface WorkEvent extends EventBase {
  kind: 'work'
  data: unknown
}

/** What an adapter makes of a vendor's request. */
export type ChannelEvent =
  | MessageEvent
  | OwnMessageEvent
  | EditEvent
  | DeletionEvent
  | ReactionEvent
  | MembershipEvent
  | StatusEvent
  | MigrationEvent
  | UnknownEvent
  | WorkEvent

/** Something of our own that moves a run: it lines up with the channel's events of the same thread. */
export interface SignalEvent {
  kind: 'signal'
  /** What the module that raised it knows it by: `call_result`, `due`, `start` … */
  signal: string
  data: Record<string, unknown>
}

/** What stands in the queue of a thread. */
export type ThreadEvent = ChannelEvent | SignalEvent
