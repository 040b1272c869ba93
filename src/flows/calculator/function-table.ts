import type { CalculatorFunction } from './function.ts'

/** Functions by every name that a script may call them by. */
export type FunctionTable<Host = unknown> = ReadonlyMap<string, CalculatorFunction<Host>>

/** Puts functions and their aliases into one table; a name that two of them want is a mistake of ours. */
export function createFunctionTable<Host>(functions: readonly CalculatorFunction<Host>[]): FunctionTable<Host> {
  const table = new Map<string, CalculatorFunction<Host>>()
  for (const definition of functions) {
    for (const name of [definition.name, ...definition.aliases]) {
      if (table.has(name)) throw new Error(`Two functions of the calculator are called ${name}.`)
      table.set(name, definition)
    }
  }
  return table
}
