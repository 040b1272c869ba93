import type { Clock } from '../../src/platform/clock.ts'

/** Token buckets by key, in memory: `burst` at once, refilled at `perSecond`. */
export class RateLimit {
  readonly #clock: Clock
  readonly #burst: number
  readonly #perSecond: number
  readonly #buckets = new Map<string, { tokens: number; at: number }>()

  constructor(clock: Clock, burst: number, perSecond: number) {
    this.#clock = clock
    this.#burst = burst
    this.#perSecond = perSecond
  }

  /** Takes one token; gives the milliseconds to wait when there is none, else 0. */
  take(key: string): number {
    const at = this.#clock.now().getTime()
    const bucket = this.#buckets.get(key)
    const tokens = bucket ? this.#refilled(bucket, at) : this.#burst
    // A key that is used moves to the end, so that the idle ones stand in front.
    this.#buckets.delete(key)
    this.#buckets.set(key, { tokens: tokens < 1 ? tokens : tokens - 1, at })
    this.#forgetFull(at)
    return tokens < 1 ? Math.ceil(((1 - tokens) / this.#perSecond) * 1000) : 0
  }

  #refilled(bucket: { tokens: number; at: number }, at: number): number {
    return Math.min(this.#burst, bucket.tokens + ((at - bucket.at) / 1000) * this.#perSecond)
  }

  /** A full bucket says nothing: dropping it keeps memory at the number of keys of the last moments. */
  #forgetFull(at: number): void {
    for (const [key, bucket] of this.#buckets) {
      if (this.#refilled(bucket, at) < this.#burst) return
      this.#buckets.delete(key)
    }
  }
}
