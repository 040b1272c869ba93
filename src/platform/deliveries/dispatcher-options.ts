import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Delivery, DeliverySender } from './delivery.ts'

/** What a dispatcher works with. */
export interface DispatcherOptions {
  clock: Clock
  log: Log
  senders: readonly DeliverySender[]
  /**
   * Sends in flight at once, counted until their result is noted: the most that a crash can double. Senders with places of their own
   * come on top.
   */
  sendsInFlight: number
  /** An attempt is given up after so many milliseconds. */
  sendTimeoutMs: number
  readPending(queue: string, after: number, limit: number): Promise<Delivery[]>
  /** Notes are waiting to be written; `soon` when a send waits for them. */
  onNotes(soon: boolean): void
}
