import type { Delivery } from './delivery.ts'

/** Deliveries of one queue that must stay in order, the oldest first; the first one is tried, the others wait for it. */
export interface Lane {
  name: string
  queue: string
  deliveries: Delivery[]
  /** The first one is being sent, or its result is not noted yet. */
  busy: boolean
  timer: NodeJS.Timeout | undefined
  /** Nothing is tried before then, in milliseconds. */
  notBefore: number
}

/** The lanes of the queues that this process may send. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>()
  /** Lanes that may go on, by queue, in the order in which they became ready. */
  readonly ready = new Map<string, Set<Lane>>()
  readonly #known = new Map<number, string>()
  readonly #counts = new Map<string, number>()

  has(name: string): boolean {
    return this.#lanes.has(name)
  }

  knows(deliveryId: number): boolean {
    return this.#known.has(deliveryId)
  }

  /** How many deliveries of a queue are held in memory. */
  count(queue: string): number {
    return this.#counts.get(queue) ?? 0
  }

  /** Adds a delivery at its place in its lane; one that is here already is passed over. */
  add(delivery: Delivery): Lane {
    let lane = this.#lanes.get(delivery.lane)
    if (!lane) {
      lane = { name: delivery.lane, queue: delivery.queue, deliveries: [], busy: false, timer: undefined, notBefore: 0 }
      this.#lanes.set(delivery.lane, lane)
    }
    if (this.#known.has(delivery.id)) return lane
    const after = lane.deliveries.findLastIndex((other) => other.id < delivery.id)
    lane.deliveries.splice(after + 1, 0, delivery)
    this.#known.set(delivery.id, delivery.lane)
    this.#counts.set(delivery.queue, this.count(delivery.queue) + 1)
    return lane
  }

  /** The lane may go on. */
  release(lane: Lane): void {
    clearTimeout(lane.timer)
    lane.timer = undefined
    if (lane.busy || lane.deliveries.length === 0) return
    let ready = this.ready.get(lane.queue)
    if (!ready) {
      ready = new Set()
      this.ready.set(lane.queue, ready)
    }
    ready.add(lane)
  }

  /** The lane waits so many milliseconds. */
  hold(lane: Lane, ms: number, now: number, onTime: () => void): void {
    this.ready.get(lane.queue)?.delete(lane)
    clearTimeout(lane.timer)
    lane.notBefore = now + ms
    lane.timer = setTimeout(onTime, Math.min(ms, 2_000_000_000))
    lane.timer.unref()
  }

  /** The lane's first delivery is over, one way or the other. */
  finish(delivery: Delivery): void {
    this.#forget(delivery.id, delivery.queue)
    const lane = this.#lanes.get(delivery.lane)
    if (!lane) return
    lane.busy = false
    lane.deliveries = lane.deliveries.filter((other) => other.id !== delivery.id)
    if (lane.deliveries.length === 0) this.#lanes.delete(lane.name)
    else this.release(lane)
  }

  lane(name: string): Lane | undefined {
    return this.#lanes.get(name)
  }

  /** Lanes that wait for a moment which has come. */
  due(now: number): Lane[] {
    return [...this.#lanes.values()].filter((lane) => lane.timer !== undefined && lane.notBefore <= now)
  }

  /** What waits in a queue for a later moment is due now, in milliseconds. */
  hasten(queue: string, now: number): void {
    for (const lane of this.#lanes.values()) {
      const [first] = lane.deliveries
      if (lane.queue !== queue || lane.busy || !first || first.dueAt.getTime() <= now) continue
      first.dueAt = new Date(now)
      this.release(lane)
    }
  }

  /** Forgets what waits in a queue that is not ours any more; what is in flight ends by itself. */
  drop(queue: string): void {
    this.ready.delete(queue)
    for (const lane of this.#lanes.values()) {
      if (lane.queue !== queue) continue
      clearTimeout(lane.timer)
      const kept = lane.busy ? lane.deliveries.slice(0, 1) : []
      for (const delivery of lane.deliveries.slice(kept.length)) this.#forget(delivery.id, queue)
      lane.deliveries = kept
      if (kept.length === 0) this.#lanes.delete(lane.name)
    }
  }

  #forget(id: number, queue: string): void {
    if (this.#known.delete(id)) this.#counts.set(queue, this.count(queue) - 1)
  }
}
