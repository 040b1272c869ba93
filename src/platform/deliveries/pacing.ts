/**
 * Says when the next thing may go, for any number of names, each with its own rate: the generic cell rate algorithm
 * (ITU-T I.371), which lets one second's worth through at once and then spaces the rest evenly.
 */
export class Pacing {
  /** The theoretical arrival time of the next thing by name, in milliseconds. */
  readonly #next = new Map<string, number>()

  /** Milliseconds to wait at `now` before something named `name` may go at this rate; 0 when it may go at once. */
  delay(name: string, perSecond: number, now: number): number {
    const burst = Math.max(0, 1000 - 1000 / perSecond)
    return Math.max(0, Math.ceil((this.#next.get(name) ?? 0) - burst - now))
  }

  /** Counts something that goes now. */
  take(name: string, perSecond: number, now: number): void {
    this.#next.set(name, Math.max(this.#next.get(name) ?? 0, now) + 1000 / perSecond)
  }

  /** What was counted does not go. */
  giveBack(name: string, perSecond: number): void {
    const next = this.#next.get(name)
    if (next !== undefined) this.#next.set(name, next - 1000 / perSecond)
  }

  /** Forgets the names that have long been free, so that memory stays flat over many lanes. */
  sweep(now: number): void {
    for (const [name, next] of this.#next) if (next <= now) this.#next.delete(name)
  }
}
