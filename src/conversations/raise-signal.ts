import type { Tx } from '../platform/database/database.ts'
import { insertSignal } from './events.store.ts'

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

/**
 * Puts a signal into its thread's queue, in the transaction of whatever raised it. Gives the number of the thread, so that
 * it can be worked on right after the commit; if nobody does, the sweeper finds it within seconds.
 */
export async function raiseSignal(tx: Tx, now: Date, signal: Signal): Promise<number> {
  return insertSignal(tx, now, signal)
}
