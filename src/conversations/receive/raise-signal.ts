import type { Tx } from '../../platform/database/database.ts'
import { insertSignal } from '../events.store.ts'
import type { Signal } from './thread-queue.ts'

/**
 * Puts a signal into its thread's queue, in the transaction of whatever raised it. Gives the number of the thread, so that
 * it can be worked on right after the commit; if nobody does, the sweeper finds it within seconds.
 */
export async function raiseSignal(tx: Tx, now: Date, signal: Signal): Promise<number> {
  return insertSignal(tx, now, signal)
}
