import type { CalculatorFault } from './fault.ts'
import type { Program } from './program.ts'

/** What reading a script gave. */
export type Parsed = { ok: true; program: Program } | { ok: false; fault: CalculatorFault }

/** Reads a script; never throws. A fault names line and column and what was expected there. */
export function parse(_source: string): Parsed {
  throw new Error('not written yet')
}
