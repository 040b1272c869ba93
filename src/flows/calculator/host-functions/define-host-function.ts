import { shortened } from '../../../platform/cut-text.ts'
import { storable } from '../../../platform/storable.ts'
import { type CalculatorFunction, defineFunction, type FunctionDefinition, type Parameters } from '../function.ts'
import type { CalculatorHost } from '../host.ts'
import { type CalculatorValue, jsonOf } from '../value.ts'

export type HostFunction = CalculatorFunction<CalculatorHost>

const longestCall = 300

/**
 * Defines a function of the house: its calls are counted, what the database cannot keep is left out of its arguments, and calls
 * that change something can be taken back and are noted.
 */
export function defineHostFunction<Given extends Parameters>(
  definition: FunctionDefinition<CalculatorHost, Given>,
): HostFunction {
  return defineFunction<Given, CalculatorHost>({
    ...definition,
    async call(raw, context) {
      const { host } = context
      const args = storable(raw) as typeof raw
      await host.called(definition.name)
      if (!definition.changes) return definition.call(args, context)
      await host.guard()
      const result = await definition.call(args, context)
      await host.did(shownCall(definition.name, Object.values(args), result ?? null))
      return result
    },
  })
}

/** A call as a person would write it, with its result: `set_order_name("Car", None) → True`. */
function shownCall(name: string, args: unknown[], result: CalculatorValue): string {
  const given = args.slice(0, args.findLastIndex((argument) => argument !== undefined) + 1)
  const shown = `${name}(${given.map(shownValue).join(', ')}) → ${shownValue(result)}`
  return shortened(shown, longestCall)
}

function shownValue(value: unknown): string {
  if (value === undefined || value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return jsonOf(value as CalculatorValue)
}
