import type { NumberBlock } from '../../conversations/conversations.store.ts'
import type { ThreadRow } from '../../conversations/receive/locked-threads.store.ts'

/** How a thread between two stood when its last batch was committed, in which nothing was left to do. */
export interface RememberedThread {
  /** With its conversation and its contact. */
  row: ThreadRow
  /** The contact's active runs. */
  runs: RememberedRun[]
  /** Identities by which the contact was found, as `project/kind/value`. */
  people: string[]
  /** The vendor's ids of its last events. */
  events: string[]
  /** Deliveries that may be unfinished. */
  open: number[]
}

/** A run's row as JSON, which nobody can change by chance. */
export interface RememberedRun {
  id: number
  version: string
  json: string
}

/** So many threads are remembered at most, those that were moved last. */
const limit = 2_000
/** Where more than this part of what was remembered does not hold, as when processes take turns, it is not reckoned with. */
const toleratedMisses = 0.1
/** How much the last thread counts in that. */
const weight = 0.05

/**
 * What this process knows of the threads that it moved last. While nobody else changes one of them, its next batch need not read it
 * before it writes; the database looks whether that holds.
 */
export class RememberedThreads {
  readonly #threads = new Map<number, RememberedThread>()
  readonly #threadOf = new Map<number, number>()
  #missed = 0
  /** Numbers that the last batch drew and did not use: greater than all that those threads had then. */
  numbers: NumberBlock[] = []

  /** It has proved itself of late. */
  get isTrusted(): boolean {
    return this.#missed < toleratedMisses
  }

  get(threadId: number): RememberedThread | undefined {
    return this.#threads.get(threadId)
  }

  keep(thread: RememberedThread): void {
    const contactId = contactOf(thread)
    // Both would know of the same runs, and each would change them behind the other's back.
    const other = this.#threadOf.get(contactId)
    if (other !== undefined) this.forget(other)
    this.forget(thread.row.id)
    if (this.#threads.size >= limit) this.forget(this.#threads.keys().next().value!)
    this.#threads.set(thread.row.id, thread)
    this.#threadOf.set(contactId, thread.row.id)
  }

  forget(threadId: number): void {
    const thread = this.#threads.get(threadId)
    if (!thread) return
    this.#threads.delete(threadId)
    this.#threadOf.delete(contactOf(thread))
  }

  /** After a lost transaction nothing is certain, not even that numbers were not given out. */
  clear(): void {
    this.#threads.clear()
    this.#threadOf.clear()
    this.numbers = []
  }

  /** Threads were found as they are remembered, or one was not. */
  proved(held: boolean): void {
    this.#missed += weight * ((held ? 0 : 1) - this.#missed)
  }
}

/** By what a thread is known again: the transactions that wrote its rows; runs by number. */
export function versionOf(row: ThreadRow, runs: readonly { id: number; version: string }[]): string {
  const versions = [row.version, row.conversation?.version, row.contact?.version]
  return [...versions, ...runs.map(({ id, version }) => `${id}:${version}`)].join(' ')
}

function contactOf(thread: RememberedThread): number {
  return thread.row.contact!.row.id as number
}
