import { AppError } from '../../../platform/errors.ts'
import { type CalculatorFunction, defineFunction, required } from '../function.ts'
import { field } from './origins.ts'

/** Functions for the letters that columns of a spreadsheet are called by. */
export const spreadsheetFunctions: readonly CalculatorFunction[] = [
  defineFunction({
    name: 'c2n',
    group: 'numbers',
    summary: 'The number of a column of a spreadsheet by its letters.',
    parameters: { str: required('text', 'Up to six letters from A to Z.') },
    returns: 'A whole number, from 1.',
    examples: [{ source: 'c2n("AAB")', result: '704' }],
    knownFrom: field,
    call: ({ str }) => numberOfColumn(str),
  }),
  defineFunction({
    name: 'n2c',
    group: 'numbers',
    summary: 'The letters of a column of a spreadsheet by its number.',
    parameters: { n: required('whole', 'The number, from 1.') },
    returns: 'A text.',
    examples: [{ source: 'n2c(54)', result: '"BB"' }],
    knownFrom: field,
    call: ({ n }) => lettersOfColumn(n),
  }),
  defineFunction({
    name: 'addCols',
    aliases: ['add_cols'],
    group: 'numbers',
    summary: 'The letters of the column so many columns further.',
    parameters: {
      str: required('text', 'Up to six letters from A to Z.'),
      n: required('whole', 'How many columns to the right; a negative number goes to the left.'),
    },
    returns: 'A text.',
    examples: [{ source: 'addCols("AA", -1)', result: '"Z"' }],
    knownFrom: field,
    call: ({ str, n }) => lettersOfColumn(numberOfColumn(str) + n),
  }),
]

function numberOfColumn(letters: string): number {
  if (!/^[A-Za-z]{1,6}$/.test(letters)) throw new AppError('invalid', '`str` must be one to six letters from A to Z')
  return [...letters.toUpperCase()].reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 64, 0)
}

function lettersOfColumn(number: number): string {
  if (number < 1) throw new AppError('invalid', 'the columns of a spreadsheet begin with 1')
  let letters = ''
  for (let left = number; left > 0; left = Math.floor((left - 1) / 26)) {
    letters = String.fromCharCode(65 + ((left - 1) % 26)) + letters
  }
  return letters
}
