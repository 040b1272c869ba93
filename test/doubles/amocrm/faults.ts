import { html, problem, type Refusal } from './refusal.ts'

/** What the double can be told to do instead of answering, or after having done what was asked. */
export type Fault =
  /** An answer of this status: problem+json for 400 to 402 and 500, HTML for the others, as the vendor's front servers write. */
  | { kind: 'status'; status: number; when: 'before' | 'after' }
  /** The connection breaks. */
  | { kind: 'drop'; when: 'before' | 'after' }
  /** The answer never comes. */
  | { kind: 'hang'; when: 'before' | 'after' }
  /** The answer comes so many milliseconds later. */
  | { kind: 'slow'; ms: number }

/** Which calls a fault meets. */
export interface FaultScope {
  method?: string
  /** Of the path after `/api/v4/`. */
  path?: RegExp
  /** How many calls; one unless told otherwise. */
  times?: number
  /** How many go well before. */
  after?: number
}

/** A share of all calls that meets one of these faults. */
export interface Weather extends FaultScope {
  /** 0 to 1. */
  share: number
  /** The same seed gives the same faults to the same calls. */
  seed: number
  faults: Fault[]
}

/** The faults that wait for their calls. */
export class Faults {
  #waiting: (FaultScope & { fault: Fault; left: number; spared: number })[] = []
  #weather: Weather | undefined
  #random: () => number = Math.random
  /** How many were played. */
  played = 0

  inject(fault: Fault, scope: FaultScope = {}): void {
    this.#waiting.push({ ...scope, fault, left: scope.times ?? 1, spared: scope.after ?? 0 })
  }

  setWeather(weather: Weather | undefined): void {
    this.#weather = weather
    if (weather !== undefined) this.#random = seeded(weather.seed)
  }

  clear(): void {
    this.#waiting = []
    this.#weather = undefined
  }

  /** The fault that meets this call, counted down. */
  take(method: string, path: string): Fault | undefined {
    const fault = this.#chosen(method, path) ?? this.#fallen(method, path)
    if (fault !== undefined) this.played++
    return fault
  }

  #chosen(method: string, path: string): Fault | undefined {
    const found = this.#waiting.find((entry) => meets(entry, method, path))
    if (found === undefined || found.spared-- > 0) return undefined
    found.left--
    if (found.left <= 0) this.#waiting.splice(this.#waiting.indexOf(found), 1)
    return found.fault
  }

  #fallen(method: string, path: string): Fault | undefined {
    const weather = this.#weather
    if (weather === undefined || !meets(weather, method, path) || this.#random() >= weather.share) return undefined
    return weather.faults[Math.floor(this.#random() * weather.faults.length)]
  }
}

/** The answer of a fault that is one. */
export function answerOf(status: number): Refusal {
  const words: Record<number, string> = {
    403: 'Forbidden',
    429: 'Too Many Requests',
    502: 'Bad Gateway',
    503: 'Service Temporarily Unavailable',
    504: 'Gateway Time-out',
  }
  return words[status] === undefined ? problem(status, 'As told.', false) : html(status, words[status], false)
}

function meets(scope: FaultScope, method: string, path: string): boolean {
  return (scope.method ?? method) === method && (scope.path?.test(path) ?? true)
}

/** mulberry32: small, and the same everywhere. */
function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
