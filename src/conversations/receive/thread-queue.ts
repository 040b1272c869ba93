import type { Contact } from '../../contacts/contact.ts'
import type { Conversation } from '../conversation.ts'
import type { ThreadEvent } from '../event.ts'

/** One thread while its lock is held: what is known of it and what lines up in it. */
export interface ThreadQueue {
  id: number
  projectId: number
  /** 0 when the thread belongs to no channel. */
  channelId: number
  externalId: string
  conversation: Conversation | undefined
  /** The person of a direct conversation, or of a thread without a channel. */
  contact: Contact | undefined
  /** The oldest first. */
  events: QueuedEvent[]
}

export interface QueuedEvent {
  /** The row's number, of an event that was stored before. */
  id?: number
  externalId: string
  event: ThreadEvent
  receivedAt: string
  holdUntil?: string | null
}

/** Something of our own that is to move a run: it is stored in the thread's queue and taken in turn. */
export interface Signal {
  projectId: number
  /** The thread of a conversation, or of a contact that is in no channel yet. */
  thread: { conversationId: number } | { contactId: number }
  /** Unique: a second signal with the same key changes nothing. */
  key: string
  signal: string
  data: Record<string, unknown>
}

/** The key of a thread among all channels. */
export function threadKey(channelId: number, externalId: string): string {
  return `${channelId}/${externalId}`
}

/** The external id of the thread of a contact that is in no channel yet. */
export function contactThread(contactId: number): string {
  return `contact:${contactId}`
}
