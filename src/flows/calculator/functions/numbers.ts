import { AppError } from '../../../platform/errors.ts'
import { order } from '../compare.ts'
import { type CalculatorFunction, defineFunction, optional, required, rest } from '../function.ts'
import { numberOf, roundTo, tidy } from '../number.ts'
import { finite, raise } from '../operators.ts'
import { type CalculatorValue, nameOfKind, structureOf } from '../value.ts'
import { field, python } from './origins.ts'

export const numberFunctions: readonly CalculatorFunction[] = [
  defineFunction({
    name: 'int',
    group: 'numbers',
    summary: 'The whole part of a number; what is behind the point is cut off.',
    parameters: { value: required('number', 'A number, or a text that looks like one.') },
    returns: 'A whole number.',
    examples: [
      { source: 'int("888")', result: '888' },
      { source: 'int(-2.7)', result: '-2' },
    ],
    knownFrom: field,
    call: ({ value }) => finite(Math.trunc(tidy(value))),
  }),
  defineFunction({
    name: 'float',
    group: 'numbers',
    summary: 'Makes a number of a text.',
    parameters: { value: required('number', 'A number, or a text that looks like one.') },
    returns: 'A number.',
    examples: [{ source: 'float("2.50")', result: '2.5' }],
    knownFrom: field,
    call: ({ value }) => value,
  }),
  defineFunction({
    name: 'round',
    group: 'numbers',
    summary: 'Rounds as by hand: a half goes away from zero.',
    parameters: {
      number: required('number', 'What to round.'),
      digits: optional('whole', 'Places behind the point, from -15 to 15; negative ones round to tens, hundreds.', 0),
    },
    returns: 'A number.',
    examples: [
      { source: 'round(2.5)', result: '3' },
      { source: 'round(2.675, 2)', result: '2.68' },
      { source: 'round(1234, -2)', result: '1200' },
    ],
    knownFrom: field,
    call: ({ number, digits }) => roundTo(number, Math.max(-15, Math.min(15, digits))),
  }),
  ofOneNumber('abs', 'The number without its sign.', Math.abs, ['abs(-256)', '256']),
  ofOneNumber('ceil', 'The next whole number upwards.', (number) => Math.ceil(tidy(number)), ['ceil(1.2)', '2']),
  ofOneNumber('floor', 'The next whole number downwards.', (number) => Math.floor(tidy(number)), ['floor(-1.2)', '-2']),
  ofOneNumber('sqrt', 'The square root. A negative number ends the script.', Math.sqrt, ['sqrt(9)', '3']),
  ofOneNumber('exp', "Euler's number to a power.", Math.exp, ['exp(0)', '1']),
  ofOneNumber('sin', 'The sine of an angle in radians.', Math.sin, ['sin(0)', '0']),
  ofOneNumber('cos', 'The cosine of an angle in radians.', Math.cos, ['cos(0)', '1']),
  ofOneNumber('tan', 'The tangent of an angle in radians.', Math.tan, ['tan(0)', '0']),
  ofOneNumber('asin', 'The angle in radians whose sine it is.', Math.asin, ['asin(0)', '0']),
  ofOneNumber('acos', 'The angle in radians whose cosine it is.', Math.acos, ['acos(1)', '0']),
  ofOneNumber('atan', 'The angle in radians whose tangent it is.', Math.atan, ['atan(0)', '0']),
  ofOneNumber('fac', 'The factorial of a whole number from 0 to 170.', factorial, ['fac(5)', '120']),
  ofTwoNumbers('pow', 'One number to the power of another.', raise, ['pow(2, 10)', '1024']),
  ofTwoNumbers('atan2', 'The angle in radians of the point (b, a).', Math.atan2, ['atan2(0, 1)', '0']),
  ofTwoNumbers('pyt', 'The long side of a right triangle with the sides a and b.', Math.hypot, ['pyt(3, 4)', '5']),
  defineFunction({
    name: 'log',
    group: 'numbers',
    summary: 'The logarithm.',
    parameters: {
      number: required('number', 'Greater than 0.'),
      base: optional('number', "Euler's number when absent."),
    },
    returns: 'A number.',
    examples: [
      { source: 'log(1)', result: '0' },
      { source: 'log(1000, 10)', result: '3' },
    ],
    knownFrom: field,
    call: ({ number, base }) => finite(tidy(Math.log(number) / (base === undefined ? 1 : Math.log(base)))),
  }),
  ofMany('min', 'The smallest of several values, or of the items of one list.', (difference) => difference < 0, '1'),
  ofMany('max', 'The greatest of several values, or of the items of one list.', (difference) => difference > 0, '3'),
  defineFunction({
    name: 'random',
    aliases: ['randint'],
    group: 'numbers',
    summary:
      'A random number: without arguments a fraction from 0 up to 1, with one a whole number from 0 to it, with two from one to the other, both included.',
    parameters: {
      from: optional('whole', 'The smallest number, or the greatest when it is the only argument.'),
      to: optional('whole', 'The greatest number.'),
    },
    returns: 'A number.',
    examples: [{ source: 'random(5, 5)', result: '5' }],
    knownFrom: field,
    call({ from, to }, { random }) {
      if (from === undefined && to === undefined) return random()
      const [one, other] = to === undefined ? [0, from ?? 0] : [from ?? 0, to]
      const least = Math.min(one, other)
      return least + Math.floor(random() * (Math.abs(one - other) + 1))
    },
  }),
  defineFunction({
    name: 'is_int',
    group: 'numbers',
    summary: 'Whether a value looks like a whole number.',
    parameters: { value: optional('any', 'What to look at.') },
    returns: 'True or False.',
    examples: [
      { source: 'is_int("12")', result: 'True' },
      { source: 'is_int("12.5")', result: 'False' },
    ],
    knownFrom: field,
    call: ({ value }) => typeof value !== 'boolean' && Number.isInteger(numberOf(value)),
  }),
  defineFunction({
    name: 'is_float',
    aliases: ['is_number'],
    group: 'numbers',
    summary: 'Whether a value looks like a number.',
    parameters: { value: optional('any', 'What to look at.') },
    returns: 'True or False.',
    examples: [
      { source: 'is_float("12.5")', result: 'True' },
      { source: 'is_float("12 rubles")', result: 'False' },
    ],
    knownFrom: field,
    call: ({ value }) => typeof value !== 'boolean' && numberOf(value) !== undefined,
  }),
]

function ofOneNumber(
  name: string,
  summary: string,
  work: (number: number) => number,
  example: [string, string],
): CalculatorFunction {
  return defineFunction({
    name,
    group: 'numbers',
    summary,
    parameters: { number: required('number', 'The number.') },
    returns: 'A number.',
    examples: [{ source: example[0], result: example[1] }],
    knownFrom: field,
    call: ({ number }) => finite(work(number)),
  })
}

function ofTwoNumbers(
  name: string,
  summary: string,
  work: (a: number, b: number) => number,
  example: [string, string],
): CalculatorFunction {
  return defineFunction({
    name,
    group: 'numbers',
    summary,
    parameters: { a: required('number', 'The first number.'), b: required('number', 'The second number.') },
    returns: 'A number.',
    examples: [{ source: example[0], result: example[1] }],
    knownFrom: field,
    call: ({ a, b }) => finite(work(a, b)),
  })
}

function ofMany(
  name: string,
  summary: string,
  wins: (difference: number) => boolean,
  result: string,
): CalculatorFunction {
  return defineFunction({
    name,
    group: 'numbers',
    summary: `${summary} Dates, times and texts are put in order too, but not mixed.`,
    parameters: { values: rest('any', 'At least one value, or one list with at least one item.') },
    returns: 'That value.',
    examples: [
      { source: `${name}(2, 1, 3)`, result },
      { source: `${name}([2, "1", 3])`, result: result === '1' ? '"1"' : result },
    ],
    knownFrom: python,
    call({ values }): CalculatorValue {
      const only = values.length === 1 ? structureOf(values[0]) : undefined
      const all = only ? Object.values(only) : values
      if (all.length === 0) throw new AppError('invalid', 'there is nothing to choose from')
      return all.reduce((best, value) => {
        const difference = order(value, best)
        if (difference !== undefined) return wins(difference) ? value : best
        throw new AppError('invalid', `${nameOfKind(best)} and ${nameOfKind(value)} have no order`)
      })
    },
  })
}

function factorial(number: number): number {
  if (!Number.isInteger(number) || number < 0) throw new AppError('invalid', 'expected a whole number from 0 to 170')
  let product = 1
  for (let factor = 2; factor <= Math.min(number, 171); factor++) product *= factor
  return product
}
