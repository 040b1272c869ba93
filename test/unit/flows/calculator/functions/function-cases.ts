import type { CalculatorValue } from '../../../../../src/flows/calculator/value.ts'

/** Defaults and edge cases of every function, on Monday, 2 November 2026, 12:00. Faults stand without their place. */
export type FunctionCases = Record<string, [source: string, result: CalculatorValue][]>
