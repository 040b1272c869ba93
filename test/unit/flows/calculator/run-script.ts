import { type EvaluateOptions, type Evaluation, evaluate } from '../../../../src/flows/calculator/evaluate.ts'
import { createFunctionTable } from '../../../../src/flows/calculator/function-table.ts'
import { libraryFunctions } from '../../../../src/flows/calculator/functions/library.ts'
import { parse } from '../../../../src/flows/calculator/parse.ts'
import type { CalculatorValue } from '../../../../src/flows/calculator/value.ts'
import { VirtualClock } from '../../../../src/platform/clock.ts'

interface Given extends Partial<Omit<EvaluateOptions<unknown>, 'variable'>> {
  variables?: Record<string, CalculatorValue>
}

/** The functions of the language, without those that act on clients, tasks and orders. */
export const languageFunctions = createFunctionTable(libraryFunctions)

/** Runs a script on Monday, 2 November 2026, 12:00 in Moscow, with chance that always says one half. */
export async function runScript(source: string, { variables = {}, ...options }: Given = {}): Promise<Evaluation> {
  const parsed = parse(source)
  if (!parsed.ok) throw parsed.fault
  return evaluate(parsed.program, {
    variable: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined),
    functions: languageFunctions,
    host: null,
    clock: new VirtualClock(new Date('2026-11-02T09:00:00Z')),
    timeZone: 'Europe/Moscow',
    random: () => 0.5,
    ...options,
  })
}

/** The value of a script, or the message that it ended with. */
export async function valueOfScript(source: string, given?: Given): Promise<CalculatorValue> {
  return runScript(source, given).then(
    ({ value }) => value,
    (error: Error) => `${error.name}: ${error.message}`,
  )
}
