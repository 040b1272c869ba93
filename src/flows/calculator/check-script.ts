import { AppError, type Fault } from '../../platform/errors.ts'
import { bindArguments } from './bind-arguments.ts'
import { CalculatorFault } from './fault.ts'
import type { FunctionTable } from './function-table.ts'
import { parse } from './parse.ts'
import type { CallExpression } from './program.ts'

/**
 * Everything about a script that can be known before it runs: faults of syntax, functions that there are not, arguments that
 * do not fit. The path of a fault is its place: `line 3, column 5`.
 */
export function checkScript<Host>(source: string, functions: FunctionTable<Host>): Fault[] {
  return scriptFaults(source, functions).map(faultOf)
}

/** The same faults, each with its line and column. */
export function scriptFaults<Host>(source: string, functions: FunctionTable<Host>): CalculatorFault[] {
  const parsed = parse(source)
  if (!parsed.ok) return [parsed.fault]
  const faults: CalculatorFault[] = []
  for (const call of callsIn(parsed.program.statements)) {
    try {
      bindArguments(call, functions)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      faults.push(new CalculatorFault(error.message, source, call.at))
    }
  }
  return faults
}

function faultOf({ line, column, reason }: CalculatorFault): Fault {
  return { path: `line ${line}, column ${column}`, message: reason }
}

/** All calls of a tree, in the order of the source. */
function* callsIn(tree: unknown): Generator<CallExpression> {
  if (typeof tree !== 'object' || tree === null) return
  if ('type' in tree && tree.type === 'call') yield tree as CallExpression
  for (const part of Object.values(tree)) yield* callsIn(part)
}
