import { closestWord } from '../../platform/closest-word.ts'
import { AppError } from '../../platform/errors.ts'
import type { CalculatorFunction, Parameter } from './function.ts'
import type { FunctionTable } from './function-table.ts'
import type { Argument, CallExpression } from './program.ts'

/** A function with an argument, or none, for each of its parameters. */
export interface BoundCall<Host> {
  definition: CalculatorFunction<Host>
  arguments: readonly { name: string; parameter: Parameter; given: readonly Argument[] }[]
}

/** Finds the function of a call and gives each argument its parameter. Throws `invalid` when they do not fit. */
export function bindArguments<Host>(call: CallExpression, functions: FunctionTable<Host>): BoundCall<Host> {
  const definition = functions.get(call.name)
  if (!definition) throw unknownFunction(call.name, functions)
  const names = Object.keys(definition.parameters)
  const given = new Map<string, Argument[]>()
  for (const [position, argument] of call.arguments.entries()) {
    const name = argument.name ?? nameAt(position, definition, names)
    if (name === undefined) throw tooMany(call.name, names.length, call.arguments.length)
    if (!names.includes(name)) throw unknownParameter(call.name, name, names)
    const before = given.get(name)
    if (before && !definition.parameters[name]!.rest) {
      throw new AppError('invalid', `${call.name}() is given \`${name}\` twice`)
    }
    given.set(name, [...(before ?? []), argument])
  }
  const bound = Object.entries(definition.parameters).map(([name, parameter]) => {
    if (!given.has(name) && !parameter.optional && !parameter.rest) {
      throw new AppError('invalid', `${call.name}() needs \`${name}\`; expected ${signature(call.name, definition)}`)
    }
    return { name, parameter, given: given.get(name) ?? [] }
  })
  return { definition, arguments: bound }
}

/** How a function is called: `replace(text, from, to="")`. */
export function signature<Host>(name: string, { parameters }: CalculatorFunction<Host>): string {
  const shown = Object.entries(parameters).map(([parameter, { optional, rest, default: preset }]) => {
    if (rest) return `${parameter}…`
    if (!optional) return parameter
    return `${parameter}=${preset === undefined || preset === null ? 'None' : shownDefault(preset)}`
  })
  return `${name}(${shown.join(', ')})`
}

function shownDefault(preset: NonNullable<Parameter['default']>): string {
  if (typeof preset === 'boolean') return preset ? 'True' : 'False'
  return JSON.stringify(preset)
}

function nameAt<Host>(position: number, { parameters }: CalculatorFunction<Host>, names: string[]): string | undefined {
  const last = names.at(-1)
  return names[position] ?? (last !== undefined && parameters[last]!.rest ? last : undefined)
}

function unknownFunction<Host>(name: string, functions: FunctionTable<Host>): AppError {
  const meant = closestWord(name, functions.keys())
  return new AppError('invalid', `there is no function ${name}()${meant ? `; did you mean ${meant}()?` : ''}`)
}

function unknownParameter(name: string, parameter: string, names: string[]): AppError {
  const expected = names.length > 0 ? `expected one of ${names.join(', ')}` : 'it takes none'
  return new AppError('invalid', `${name}() has no parameter \`${parameter}\`; ${expected} (to compare, write ==)`)
}

function tooMany(name: string, most: number, given: number): AppError {
  return new AppError('invalid', `${name}() takes at most ${most} arguments; found ${given}`)
}
