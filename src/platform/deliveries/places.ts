import type { AttemptResult, Delivery, DeliverySender } from './delivery.ts'

/**
 * Says which sends may begin, and counts those that are under way until their result is noted. Most senders share the places of
 * the process. A sender with places of its own neither takes from those nor waits for them.
 */
export class Places {
  readonly #senders: ReadonlyMap<string, DeliverySender>
  readonly #shared: number
  #taken = 0
  #sharedTaken = 0
  /** Those of senders with places of their own, by kind and by queue. */
  readonly #ofKinds = new Map<string, number>()
  readonly #ofQueues = new Map<string, number>()
  /** Since when the one receiver behind a queue has failed, in milliseconds; null: since before we knew it. */
  readonly #failing = new Map<string, number | null>()

  /** `senders` by the kind of their deliveries; `shared` places for all that have none of their own. */
  constructor(senders: ReadonlyMap<string, DeliverySender>, shared: number) {
    this.#senders = senders
    this.#shared = shared
  }

  /** How many sends are under way. */
  get taken(): number {
    return this.#taken
  }

  /** Whether a delivery may begin. What is true of it is true of all others of its queue. */
  isFree({ kind, queue }: Delivery): boolean {
    const own = this.#senders.get(kind)?.places
    if (!own) return this.#sharedTaken < this.#shared
    // A receiver that hangs must not keep more than one place from those that answer.
    const most = this.#failing.has(queue) ? 1 : own.perQueue
    return (this.#ofKinds.get(kind) ?? 0) < own.total && (this.#ofQueues.get(queue) ?? 0) < most
  }

  take(delivery: Delivery): void {
    this.#count(delivery, 1)
  }

  giveBack(delivery: Delivery): void {
    this.#count(delivery, -1)
  }

  /** A delivery that was read waits because its receiver failed before we knew of it. */
  foundWaiting({ kind, queue }: Delivery): void {
    if (this.#senders.get(kind)?.places && !this.#failing.has(queue)) this.#failing.set(queue, null)
  }

  /** Takes in how an attempt at a receiver of its own ended; true when the receiver is back after an outage. */
  ended({ delivery: { kind, queue }, attempt }: AttemptResult, now: number): boolean {
    if (!this.#senders.get(kind)?.places || attempt.outcome === 'dead') return false
    const since = this.#failing.get(queue)
    if (attempt.outcome === 'sent') {
      this.#failing.delete(queue)
      // What fails by itself while others arrive keeps to its own waits.
      return since === null || (since !== undefined && now - since >= outageMs)
    }
    if (since === undefined) this.#failing.set(queue, now)
    return false
  }

  /** The queue went to another process, or nothing waits in it. */
  forget(queue: string): void {
    this.#failing.delete(queue)
  }

  #count({ kind, queue }: Delivery, by: 1 | -1): void {
    this.#taken += by
    if (!this.#senders.get(kind)?.places) {
      this.#sharedTaken += by
      return
    }
    this.#ofKinds.set(kind, (this.#ofKinds.get(kind) ?? 0) + by)
    const ofQueue = (this.#ofQueues.get(queue) ?? 0) + by
    if (ofQueue === 0) this.#ofQueues.delete(queue)
    else this.#ofQueues.set(queue, ofQueue)
  }
}

/** A receiver that answered nothing well for so long was out; anything shorter may be one delivery's own fault. */
const outageMs = 30_000
