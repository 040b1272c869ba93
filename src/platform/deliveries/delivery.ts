import type { Tx } from '../database/database.ts'

/** One outbound thing, as it is sent. */
export interface Delivery {
  id: number
  projectId: number
  /** Who may send it: the name of a lease. */
  queue: string
  /** What must stay in order. */
  lane: string
  kind: string
  subjectId: number
  payload: unknown
  /** Attempts begun so far. */
  attempts: number
  /** Those of them, as far as this process saw them, that were sent away with a time to come back: they count for nothing. */
  excused?: number
  /** Not to be tried before then. */
  dueAt: Date
  /** An earlier attempt may have arrived without our knowing. */
  doubtful: boolean
}

/** A delivery that is about to be stored; `sending` when its first attempt starts with the commit. */
export interface DeliveryDraft extends Delivery {
  status: 'pending' | 'sending'
}

/** How fast a queue may send. */
export interface DeliveryPace {
  perSecond: number
  perLanePerSecond: number
}

/** How one attempt ended. */
export type AttemptOutcome =
  | { outcome: 'sent'; result: Record<string, unknown> }
  /** It is tried again at `dueAt`, with the payload as the attempt left it. */
  | { outcome: 'retry'; error: string; dueAt: Date; payload: unknown; result?: Record<string, unknown> }
  | { outcome: 'dead'; error: string; result?: Record<string, unknown> }

export interface AttemptResult {
  delivery: Delivery
  attempt: AttemptOutcome
  startedAt: Date
  durationMs: number
}

/** What has to be written: attempts that may only begin once they are noted, and how others ended. */
export interface Notes {
  starts: Delivery[]
  results: AttemptResult[]
}

/** What a module gives that has deliveries of a kind. */
export interface DeliverySender {
  kind: string
  /** Waits before the second and each further attempt, in milliseconds; after the last one the delivery is dead. */
  retryDelaysMs: readonly number[]
  /** Whether attempts that succeeded are recorded one by one too. */
  recordsSuccess: boolean
  pacing(delivery: Delivery): DeliveryPace
  /**
   * Sends that may be under way at once, in a process and in a queue of it, beside those of all senders that name none. A queue then
   * leads to one receiver: while it fails it gets one place, and when it is back after an outage all that waits there goes at once.
   */
  places?: { total: number; perQueue: number }
  /**
   * One attempt. Gives what is worth keeping of the answer; throws an AppError, retryable or not. What it notes in the payload
   * (how far it came) is there at the next attempt.
   */
  send(delivery: Delivery, signal: AbortSignal): Promise<Record<string, unknown>>
  /**
   * Writes what the results mean to the module's own rows, in the transaction that notes them. What is handed to `last` is not waited
   * for: the commit may follow it at once.
   */
  settle?(tx: Tx, results: AttemptResult[], last: (written: Promise<unknown>) => void): Promise<void>
  /** Changes the payload after a failure that says how to go on at once (a thread that moved); false when it says no such thing. */
  reroute?(delivery: Delivery, error: unknown): boolean
}
