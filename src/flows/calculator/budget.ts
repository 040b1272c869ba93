import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../platform/clock.ts'
import { AppError } from '../../platform/errors.ts'
import { isStructureText, type MaybeValue, weightOf } from './value.ts'

/** What a script may use up. How deep it nests is bounded by the grammar, and how deep values nest by `value.ts`. */
export interface Limits {
  /** Values, operators and calls that are worked out. */
  steps: number
  /** Characters and items of one value. */
  length: number
  /** Characters and items of all values that are made or given to functions, together. */
  volume: number
  /** By the clock, functions of the house included; in milliseconds. */
  timeMs: number
}

export const defaultLimits: Limits = { steps: 10_000, length: 100_000, volume: 5_000_000, timeMs: 5_000 }

/** How much is done before other work of the process gets its turn. */
const turn = { steps: 500, volume: 200_000 }

/** A value up to this size is gone through within a step. */
const shortValue = 1000

/** What one run of a script has used up. Its other methods throw `invalid` when something has run out. */
export class Budget {
  readonly #limits: Limits
  readonly #clock: Clock
  readonly #deadline: number
  #steps = 0
  #volume = 0
  #breath = { steps: 0, volume: 0 }

  constructor(limits: Limits, clock: Clock) {
    this.#limits = limits
    this.#clock = clock
    this.#deadline = clock.now().getTime() + limits.timeMs
  }

  get steps(): number {
    return this.#steps
  }

  /** Counts a step; gives the reason when there are too many. */
  step(): string | undefined {
    return ++this.#steps > this.#limits.steps ? `the script takes more than ${this.#limits.steps} steps` : undefined
  }

  /** Counts a value that was made; gives it back. */
  made<Value extends MaybeValue>(value: Value): Value {
    if (typeof value === 'string' || (typeof value === 'object' && value !== null)) this.spend(weightOf(value))
    return value
  }

  /** Counts a value of so many characters and items. */
  spend(amount: number): void {
    const { length } = this.#limits
    if (amount > length) throw new AppError('invalid', `a value would have more than ${length} characters and items`)
    this.work(amount)
  }

  /** Counts work that takes as long as to go through so many characters. */
  work(amount: number): void {
    this.#volume += amount
    const { volume } = this.#limits
    if (this.#volume <= volume) return
    throw new AppError('invalid', `the values of the script have more than ${volume} characters and items in all`)
  }

  /** Counts that a value is gone through as a whole, when it is long; gives it back. */
  read<Value extends MaybeValue>(value: Value): Value {
    const weight = weightOf(value)
    if (weight > shortValue) this.work(weight)
    return value
  }

  /** The same for the text of a list or dictionary, which has to be parsed; any other value costs nothing. */
  parsed<Value extends MaybeValue>(value: Value): Value {
    return isStructureText(value) ? this.read(value) : value
  }

  /** Lets the process do other work when it is time; asked at each call. */
  async breathe(): Promise<void> {
    const { steps, volume } = this.#breath
    if (this.#steps - steps <= turn.steps && this.#volume - volume <= turn.volume) return
    this.#breath = { steps: this.#steps, volume: this.#volume }
    await setImmediate()
    this.checkTime()
  }

  checkTime(): void {
    if (this.#clock.now().getTime() <= this.#deadline) return
    throw new AppError('invalid', `the script takes longer than ${this.#limits.timeMs / 1000} seconds`)
  }
}
