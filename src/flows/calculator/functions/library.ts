import type { CalculatorFunction } from '../function.ts'
import { choiceFunctions } from './choices.ts'
import { codingFunctions } from './coding.ts'
import { dateFunctions } from './dates.ts'
import { dictionaryFunctions } from './dictionaries.ts'
import { listOrderFunctions } from './list-order.ts'
import { listFunctions } from './lists.ts'
import { logicFunctions } from './logic.ts'
import { numberFunctions } from './numbers.ts'
import { patternFunctions } from './patterns.ts'
import { spreadsheetFunctions } from './spreadsheet.ts'
import { textFunctions } from './text.ts'

/** The functions of the language itself: they change nothing and look at nothing but their arguments and the clock. */
export const libraryFunctions: readonly CalculatorFunction[] = [
  ...logicFunctions,
  ...numberFunctions,
  ...spreadsheetFunctions,
  ...textFunctions,
  ...patternFunctions,
  ...dateFunctions,
  ...listFunctions,
  ...listOrderFunctions,
  ...choiceFunctions,
  ...dictionaryFunctions,
  ...codingFunctions,
]
