import type { Clock } from '../../platform/clock.ts'
import type { FunctionTable } from './function-table.ts'
import type { Program } from './program.ts'
import type { CalculatorValue } from './value.ts'

/** What a script may use up. */
export interface Limits {
  /** Values, operators and calls that are worked out. */
  steps: number
  /** Values within values. */
  depth: number
  /** Characters of one text. */
  textLength: number
  /** Items of one list or dictionary. */
  items: number
  /** Characters and items of everything that the script makes, together. */
  volume: number
  /** By the clock, host functions included; in milliseconds. */
  timeMs: number
}

export interface EvaluateOptions<Host> {
  /** The value that a variable had before the script; undefined when there is none. */
  variable(name: string): CalculatorValue | undefined
  functions: FunctionTable<Host>
  host: Host
  /** Gives the moment that dates are read by, and the deadline. */
  clock: Clock
  /** IANA: of the contact, or else of the project. */
  timeZone: string
  limits?: Partial<Limits>
  /** From 0 up to 1; `Math.random` when absent. */
  random?: () => number
}

export interface Evaluation {
  /** Of the last statement. */
  value: CalculatorValue
  /** The variables that the script wrote, with their last values. */
  written: Record<string, CalculatorValue>
  /** What it printed, line by line. */
  output: string[]
  steps: number
}

/**
 * Runs a script from top to bottom. Throws `CalculatorFault` with the line when it cannot go on; what a host function throws
 * comes through as it is, except an AppError that may not be retried: that becomes a fault of the line.
 */
export async function evaluate<Host>(_program: Program, _options: EvaluateOptions<Host>): Promise<Evaluation> {
  throw new Error('not written yet')
}
