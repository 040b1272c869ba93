import { AppError } from '../../platform/errors.ts'
import { type Moment, momentOf, writeMoment } from './moment.ts'
import { numberOf, placesOf, tidy, toPlaces } from './number.ts'
import type { ArithmeticOperator } from './program.ts'
import {
  type CalculatorValue,
  dictionaryOf,
  isDictionary,
  isList,
  type MaybeValue,
  nameOfKind,
  textOf,
} from './value.ts'

/** Works out one operator. Throws `invalid` when the values cannot be used with it. */
export function calculate(operator: ArithmeticOperator, left: MaybeValue, right: MaybeValue): CalculatorValue {
  const [first, second] = [numberOf(left), numberOf(right)]
  if (first !== undefined && second !== undefined) return ofNumbers(operator, first, second)
  if (operator === '+' || operator === '-') {
    const shifted = ofMoments(operator, left, right, second)
    if (shifted !== undefined) return shifted
  }
  if (operator === '+') return joined(left, right)
  const wrong = first === undefined ? left : right
  throw new AppError('invalid', `"${operator}" needs numbers; found ${nameOfKind(wrong)}`)
}

/** One number to the power of another. */
export function raise(base: MaybeValue, exponent: MaybeValue): number {
  const [below, above] = [numberOf(base), numberOf(exponent)]
  if (below === undefined || above === undefined) {
    const wrong = below === undefined ? base : exponent
    throw new AppError('invalid', `"**" needs numbers; found ${nameOfKind(wrong)}`)
  }
  if (below === 0 && above < 0) throw divisionByZero()
  return finite(below ** above)
}

/** Changes the sign of a number. */
export function negate(value: MaybeValue): number {
  const number = numberOf(value)
  if (number === undefined) throw new AppError('invalid', `"-" needs a number; found ${nameOfKind(value)}`)
  return finite(-number)
}

/** A result that is a number; refused when it is none or too large for one. Zero has no sign. */
export function finite(result: number): number {
  if (Number.isFinite(result)) return result + 0
  throw new AppError('invalid', Number.isNaN(result) ? 'the result is no real number' : 'the result is too large')
}

function ofNumbers(operator: ArithmeticOperator, left: number, right: number): number {
  const places = Math.max(placesOf(left), placesOf(right))
  switch (operator) {
    case '+':
      return finite(toPlaces(left + right, places))
    case '-':
      return finite(toPlaces(left - right, places))
    case '*':
      return finite(toPlaces(left * right, placesOf(left) + placesOf(right)))
    case '/':
      if (right === 0) throw divisionByZero()
      return finite(left / right)
    case '%':
      if (right === 0) throw divisionByZero()
      // As in Python, the result has the sign of the right side.
      return finite(toPlaces(left - right * Math.floor(tidy(left / right)), places))
  }
}

function divisionByZero(): AppError {
  return new AppError('invalid', 'division by zero')
}

/** A date and days, a time and minutes; or the days between two dates, the minutes between two times. */
function ofMoments(operator: '+' | '-', left: MaybeValue, right: MaybeValue, amount: number | undefined) {
  const moment = momentOf(left)
  if (!moment) return undefined
  if (amount !== undefined) return writeMoment(shift(moment, operator === '+' ? amount : -amount))
  const other = operator === '-' ? momentOf(right) : undefined
  if (!other || (moment.kind === 'time') !== (other.kind === 'time')) return undefined
  return tidy((moment.ms - other.ms) / lengthOf(moment))
}

function shift(moment: Moment, amount: number): Moment {
  const ms = moment.ms + amount * lengthOf(moment)
  if (!(ms >= Date.UTC(100, 0) && ms < Date.UTC(10_000, 0))) throw new AppError('invalid', 'the date is out of reach')
  return { ...moment, ms }
}

/** Milliseconds of what is added to it: minutes to a time of day, days to all others. */
function lengthOf({ kind }: Moment): number {
  return kind === 'time' ? 60_000 : 86_400_000
}

function joined(left: MaybeValue, right: MaybeValue): CalculatorValue {
  if (isList(left) && isList(right)) return [...left, ...right]
  if (isDictionary(left) && isDictionary(right)) {
    return dictionaryOf([...Object.entries(left), ...Object.entries(right)])
  }
  const text = typeof left === 'string' ? left : right
  const withNothing = left === undefined || left === null || right === undefined || right === null
  // A number and nothing is a mistake; a text and nothing is the text.
  if (typeof text === 'string' && !(withNothing && numberOf(text) !== undefined)) return textOf(left) + textOf(right)
  const wrong = numberOf(left) === undefined ? left : right
  throw new AppError('invalid', `"+" needs numbers or texts; found ${nameOfKind(wrong)}`)
}
