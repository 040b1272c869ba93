import type { Delivery, DeliveryDraft, DeliverySender, Notes } from './delivery.ts'
import { DeliveryPacing } from './delivery-pacing.ts'
import type { DispatcherOptions } from './dispatcher-options.ts'
import { type Lane, Lanes } from './lanes.ts'
import { makeAttempt } from './make-attempt.ts'
import { type OwnedQueue, ownedQueue } from './owned-queue.ts'
import { Places } from './places.ts'

/** Above so many deliveries of a queue in memory, further ones stay in the database until it is their turn. */
const memoryLimit = 5000
const refillBelow = 500
const manyResults = 3

/**
 * Sends what the queues of this process hold: in order within a lane, paced, retried, never more at once than allowed.
 * It writes nothing itself: whoever runs the message path takes its notes along in the next transaction.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #senders: Map<string, DeliverySender>
  readonly #lanes = new Lanes()
  readonly #pacing: DeliveryPacing
  readonly #owned = new Map<string, OwnedQueue>()
  #notes: Notes = { starts: [], results: [] }
  readonly #places: Places
  /** Results on their way into the database. */
  #beingNoted = 0
  #stopping = false
  /** Nobody writes notes any more. */
  #ended = false

  constructor(options: DispatcherOptions) {
    this.#options = options
    this.#senders = new Map(options.senders.map((sender) => [sender.kind, sender]))
    this.#pacing = new DeliveryPacing(this.#senders)
    this.#places = new Places(this.#senders, options.sendsInFlight)
  }

  /** The queues are ours from now on. */
  own(queue: string): void {
    if (this.#owned.has(queue)) return
    this.#owned.set(queue, ownedQueue())
    this.wake(queue)
  }

  /** The queue went to another process. */
  disown(queue: string): void {
    this.#owned.delete(queue)
    this.#notes.starts = this.#stillOurs(this.#notes.starts)
    this.#lanes.drop(queue)
    this.#places.forget(queue)
  }

  owns(queue: string): boolean {
    return this.#owned.has(queue)
  }

  /** Whether a queue is ours of which nothing is in hand. */
  isIdle(queue: string): boolean {
    const state = this.#owned.get(queue)
    return state !== undefined && !state.refilling && this.#lanes.count(queue) === 0
  }

  /** Whether a delivery is in hand here. */
  holds(deliveryId: number): boolean {
    return this.#lanes.knows(deliveryId)
  }

  /**
   * Whether a new delivery may begin with the commit that stores it; if so its place is taken. `open` are the unfinished
   * deliveries of its lane in the database: an older one that we do not hold goes first.
   */
  tryStart(delivery: Delivery, open: readonly number[]): boolean {
    const state = this.#owned.get(delivery.queue)
    if (!state || state.overflowed || this.#stopping) return false
    if (open.some((id) => !this.#lanes.knows(id))) return false
    if (this.#lanes.has(delivery.lane) || !this.#places.isFree(delivery)) return false
    const now = this.#options.clock.now().getTime()
    if (delivery.dueAt.getTime() > now || this.#pacing.delay(delivery, now) > 0) return false
    this.#take(this.#lanes.add(delivery), now)
    return true
  }

  /** New deliveries are committed. `open` as in {@link tryStart}. */
  stored(drafts: readonly DeliveryDraft[], open: ReadonlyMap<string, readonly number[]>): void {
    for (const draft of drafts) {
      if (draft.status === 'sending') void this.#send(draft)
      else this.#accept(draft, open.get(draft.lane) ?? [])
    }
    this.#pump()
  }

  /** The transaction of new deliveries failed: places taken for them are free again. */
  dropped(drafts: readonly DeliveryDraft[]): void {
    for (const draft of drafts) {
      if (draft.status !== 'sending') continue
      this.#pacing.giveBack(draft)
      this.#places.giveBack(draft)
      this.#lanes.finish(draft)
    }
  }

  /** What has to be written now, for {@link noted} or {@link notNoted}. The transaction that notes a result makes room for a send. */
  takeNotes(): Notes {
    const { results } = this.#notes
    this.#notes.results = []
    for (const { delivery } of results) this.#places.giveBack(delivery)
    this.#beingNoted += results.length
    this.#begin()
    const { starts } = this.#notes
    this.#notes = { starts: [], results: [] }
    return { starts, results }
  }

  get hasNotes(): boolean {
    return this.#notes.starts.length + this.#notes.results.length > 0
  }

  /** There are enough notes to be taken along by whatever is written next; fewer are cheaper when they have gathered. */
  get hasManyNotes(): boolean {
    return this.#notes.starts.length > 0 || this.#notes.results.length >= manyResults
  }

  /** The notes are committed: what was to begin begins, what ended makes room. */
  noted(notes: Notes): void {
    this.#beingNoted -= notes.results.length
    const now = this.#options.clock.now().getTime()
    for (const result of notes.results) {
      const { delivery, attempt } = result
      if (this.#places.ended(result, now)) this.#lanes.hasten(delivery.queue, now)
      if (attempt.outcome === 'retry' && this.#owned.has(delivery.queue)) this.#retryLater(delivery, attempt)
      else this.#end(delivery)
    }
    for (const delivery of notes.starts) void this.#send(delivery)
    this.#pump()
    for (const queue of new Set(notes.results.map((result) => result.delivery.queue))) this.#refillIfLow(queue)
  }

  /** The notes could not be written; they stay to be written. */
  notNoted(notes: Notes): void {
    this.#beingNoted -= notes.results.length
    for (const { delivery } of notes.results) this.#places.take(delivery)
    this.#notes = {
      starts: [...this.#stillOurs(notes.starts), ...this.#notes.starts],
      results: [...notes.results, ...this.#notes.results],
    }
  }

  /** Something may wait in the queue's table that we do not hold yet. */
  wake(queue: string): void {
    const state = this.#owned.get(queue)
    if (!state) return
    if (state.refilling) {
      state.again = true
      return
    }
    state.again = false
    state.refilling = this.#refill(queue, state)
      .catch((error) =>
        this.#options.log.warn(
          { error, queue },
          'Waiting deliveries could not be read; they are read again within seconds.',
        ),
      )
      .finally(() => {
        state.refilling = undefined
        if (state.again) this.wake(queue)
      })
  }

  /** Looks at the clock: lanes whose moment has come go on, and queues are read for what came from elsewhere. */
  tick(): void {
    const now = this.#options.clock.now().getTime()
    for (const lane of this.#lanes.due(now)) this.#lanes.release(lane)
    this.#pacing.sweep(now)
    this.#pump()
    for (const queue of this.#owned.keys()) if (this.#lanes.count(queue) < refillBelow) this.wake(queue)
  }

  /**
   * Begins nothing new; resolves when what is in flight has ended and its results are noted. What has not ended after so many
   * milliseconds is left as a crash would leave it: begun, and for the next process to send again.
   */
  async stop(limitMs: number): Promise<void> {
    this.#stopping = true
    const end = performance.now() + limitMs
    while ((this.#places.taken + this.#beingNoted > 0 || this.hasNotes) && performance.now() < end) {
      this.#options.onNotes(true)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    this.#ended = true
  }

  #accept(delivery: Delivery, open: readonly number[]): void {
    const state = this.#owned.get(delivery.queue)
    if (!state) return
    if (open.some((id) => !this.#lanes.knows(id))) {
      this.wake(delivery.queue)
      return
    }
    if (this.#lanes.count(delivery.queue) >= memoryLimit) state.overflowed = true
    if (state.overflowed) state.again = true
    else this.#lanes.release(this.#lanes.add(delivery))
    if (this.#notes.results.some((result) => result.delivery.lane === delivery.lane)) this.#options.onNotes(true)
  }

  async #refill(queue: string, state: OwnedQueue): Promise<void> {
    state.ended.clear()
    const limit = memoryLimit + this.#lanes.count(queue)
    const pending = await this.#options.readPending(queue, 0, limit)
    if (this.#owned.get(queue) !== state) return
    state.overflowed = pending.length === limit
    for (const delivery of pending) {
      if (state.ended.has(delivery.id)) continue
      const waits = delivery.attempts > 0 && delivery.dueAt > this.#options.clock.now()
      if (waits && !this.#lanes.knows(delivery.id)) this.#places.foundWaiting(delivery)
      const lane = this.#lanes.add(delivery)
      if (!lane.busy && !lane.timer) this.#lanes.release(lane)
    }
    this.#pump()
  }

  #end(delivery: Delivery): void {
    const state = this.#owned.get(delivery.queue)
    if (state?.refilling) state.ended.add(delivery.id)
    this.#lanes.finish(delivery)
  }

  /** Attempts that were to begin in a queue which is another's now do not. */
  #stillOurs(starts: Delivery[]): Delivery[] {
    return starts.filter((delivery) => {
      if (this.#owned.has(delivery.queue)) return true
      this.#places.giveBack(delivery)
      this.#lanes.finish(delivery)
      return false
    })
  }

  #refillIfLow(queue: string): void {
    if (this.#owned.get(queue)?.overflowed && this.#lanes.count(queue) < refillBelow) this.wake(queue)
  }

  /** Begins what may begin, and asks for a transaction that notes it. */
  #pump(): void {
    if (this.#begin()) this.#options.onNotes(true)
  }

  /** Whether there is something to be noted that may begin. */
  #begin(): boolean {
    if (this.#stopping) return false
    const before = this.#notes.starts.length
    const now = this.#options.clock.now().getTime()
    for (const ready of this.#lanes.ready.values()) {
      for (const lane of ready) {
        const first = lane.deliveries[0]
        if (first && !this.#places.isFree(first)) break
        ready.delete(lane)
        if (!first || lane.busy) continue
        const wait = Math.max(first.dueAt.getTime() - now, this.#pacing.delay(first, now))
        if (wait > 0) {
          this.#lanes.hold(lane, wait, now, () => {
            this.#lanes.release(lane)
            this.#pump()
          })
          continue
        }
        this.#take(lane, now)
        this.#notes.starts.push(first)
      }
    }
    return this.#notes.starts.length > before
  }

  #take(lane: Lane, now: number): void {
    const delivery = lane.deliveries[0]!
    this.#pacing.take(delivery, now)
    lane.busy = true
    delivery.attempts++
    this.#places.take(delivery)
  }

  async #send(delivery: Delivery): Promise<void> {
    const startedAt = this.#options.clock.now()
    const begin = performance.now()
    const attempt = await makeAttempt(this.#senders.get(delivery.kind), delivery, this.#options)
    this.#notes.results.push({ delivery, attempt, startedAt, durationMs: performance.now() - begin })
    if (this.#ended) return
    // Waiting a moment lets notes gather, unless sends wait for a place, or for their turn in the lane.
    const isWaitedFor = (this.#lanes.lane(delivery.lane)?.deliveries.length ?? 0) > 1
    this.#options.onNotes(this.#stopping || isWaitedFor || !this.#places.isFree(delivery))
  }

  #retryLater(delivery: Delivery, attempt: { dueAt: Date }): void {
    const lane = this.#lanes.lane(delivery.lane)
    if (!lane) return
    lane.busy = false
    delivery.dueAt = attempt.dueAt
    this.#lanes.release(lane)
  }
}
