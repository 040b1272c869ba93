/** Where the program gets its time from, so that a three-day wait is tested in milliseconds. */
export interface Clock {
  /** The present moment. */
  now(): Date
}

/** The machine's own clock. */
export const systemClock: Clock = { now: () => new Date() }

/** A clock that stands still until it is told to move; for tests and for the simulator. */
export class VirtualClock implements Clock {
  #now: number

  constructor(start: Date = new Date('2026-11-02T09:00:00Z')) {
    this.#now = start.getTime()
  }

  now(): Date {
    return new Date(this.#now)
  }

  /** Moves the clock forward by so many milliseconds. */
  advance(ms: number): void {
    this.#now += ms
  }
}
