/** What a script computes with. Dictionaries that scripts make have no prototype, so that any text is a good key. */
export type CalculatorValue =
  | null
  | boolean
  | number
  | string
  | readonly CalculatorValue[]
  | { readonly [key: string]: CalculatorValue }

export type CalculatorList = readonly CalculatorValue[]
export type CalculatorDictionary = { readonly [key: string]: CalculatorValue }
