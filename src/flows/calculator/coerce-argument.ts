import { AppError } from '../../platform/errors.ts'
import type { Parameter } from './function.ts'
import { numberOf } from './number.ts'
import {
  type CalculatorValue,
  isDictionary,
  isList,
  isTrue,
  type MaybeValue,
  nameOfKind,
  structureOf,
  textOf,
} from './value.ts'

/**
 * Reads an argument as the parameter wants it. For a parameter that may be absent, None counts as absent, and so does an
 * empty text where something else than a text is wanted: `f('', 2)` leaves the first one out.
 */
export function coerceArgument(value: MaybeValue, name: string, parameter: Parameter): unknown {
  const { type, optional } = parameter
  if (optional && isAbsent(value, type)) {
    return parameter.default === undefined
      ? undefined
      : coerceArgument(parameter.default, name, { ...parameter, optional: false })
  }
  switch (type) {
    case 'any':
      return value ?? null
    case 'text':
      return textOf(value)
    case 'boolean':
      return isTrue(value)
    case 'number':
    case 'whole':
      return numberFrom(value, name, type)
    case 'list':
    case 'dictionary':
      return structureFrom(value, name, type)
    case 'later':
      throw new Error('An argument for later is not read before.')
  }
}

function isAbsent(value: MaybeValue, type: Parameter['type']): boolean {
  return value === undefined || value === null || (value === '' && type !== 'text' && type !== 'any')
}

function numberFrom(value: MaybeValue, name: string, type: 'number' | 'whole'): number {
  const number = numberOf(value)
  if (number === undefined) throw wrongKind(name, 'a number', value)
  if (type === 'whole' && !Number.isSafeInteger(number)) throw wrongKind(name, 'a whole number', value)
  return number
}

function structureFrom(value: MaybeValue, name: string, type: 'list' | 'dictionary'): CalculatorValue {
  const structure = structureOf(value)
  if (type === 'list' && isList(structure)) return structure
  if (type === 'dictionary' && isDictionary(structure)) return structure
  throw wrongKind(name, `a ${type}`, value)
}

function wrongKind(name: string, expected: string, value: MaybeValue): AppError {
  return new AppError('invalid', `\`${name}\` must be ${expected}; found ${nameOfKind(value)}`)
}
