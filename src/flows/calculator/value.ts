import { AppError } from '../../platform/errors.ts'
import { numberOf, shownNumber } from './number.ts'

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
/** Undefined is what a variable without a value gives. */
export type MaybeValue = CalculatorValue | undefined

/** How deep lists and dictionaries may stand within each other. */
export const deepestValue = 50

export function isList(value: MaybeValue): value is CalculatorList {
  return Array.isArray(value)
}

export function isDictionary(value: MaybeValue): value is CalculatorDictionary {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A dictionary of these entries; of two with the same key, the later one counts. */
export function dictionaryOf(entries: Iterable<readonly [string, CalculatorValue]>): CalculatorDictionary {
  const made: Record<string, CalculatorValue> = Object.create(null)
  for (const [key, value] of entries) made[key] = value
  return made
}

/** A value as it is shown in a text: None is empty, lists and dictionaries are JSON. */
export function textOf(value: MaybeValue): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'number') return shownNumber(value)
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return jsonOf(value)
}

/** JSON with a space after each comma and colon. */
export function jsonOf(value: CalculatorValue): string {
  if (isList(value)) return `[${value.map(jsonOf).join(', ')}]`
  if (isDictionary(value)) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${JSON.stringify(key)}: ${jsonOf(item)}`)
      .join(', ')}}`
  }
  return typeof value === 'number' ? shownNumber(value) : JSON.stringify(value)
}

/** Whether a value counts as yes. No are: nothing, 0, empty text, lists and dictionaries, and the texts `False`, `None`, `0`. */
export function isTrue(value: MaybeValue): boolean {
  if (typeof value === 'string') {
    if (value.length > 40) return true
    return !['', 'false', 'none', 'null'].includes(value.trim().toLowerCase()) && numberOf(value) !== 0
  }
  if (isList(value)) return value.length > 0
  if (isDictionary(value)) return Object.keys(value).length > 0
  return Boolean(value)
}

/** A list or dictionary, also when it is given as its JSON text; undefined when it is neither. */
export function structureOf(value: MaybeValue): CalculatorList | CalculatorDictionary | undefined {
  if (isList(value) || isDictionary(value)) return value
  if (!isStructureText(value)) return undefined
  const parsed = parseJson(value)
  return isList(parsed) || isDictionary(parsed) ? parsed : undefined
}

/** Whether a text may be that of a list or dictionary, so that it has to be read to be known. */
export function isStructureText(value: MaybeValue): value is string {
  return typeof value === 'string' && /^\s*[[{]/.test(value)
}

/** The value of a JSON text, or undefined when it is none. Numbers that would lose digits stay texts. */
export function parseJson(text: string): MaybeValue {
  let depth = 0
  for (const character of text) {
    if (character === '[' || character === '{') depth++
    if (character === ']' || character === '}') depth--
    if (depth > deepestValue) return undefined
  }
  try {
    return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
      typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
        ? (context?.source ?? String(value))
        : value,
    )
  } catch {
    return undefined
  }
}

/** How a value is called in messages. */
export function nameOfKind(value: MaybeValue): string {
  if (value === undefined || value === null) return 'None'
  if (isList(value)) return 'a list'
  if (isDictionary(value)) return 'a dictionary'
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  return textOf(value)
}

const weights = new WeakMap<object, { weight: number; depth: number }>()

/**
 * How much a value is: its characters, items and keys, and those of all that it holds. Lists that stand in it twice count
 * twice, as they would be written out. Throws `invalid` when it is too deep.
 */
export function weightOf(value: MaybeValue): number {
  return measure(value, deepestValue).weight
}

function measure(value: MaybeValue, left: number): { weight: number; depth: number } {
  if (typeof value === 'string') return { weight: value.length + 1, depth: 0 }
  if (typeof value !== 'object' || value === null) return { weight: 1, depth: 0 }
  const known = weights.get(value)
  if (known && known.depth <= left) return known
  if (left === 0) {
    throw new AppError('invalid', `lists and dictionaries may stand at most ${deepestValue} deep within each other`)
  }
  let weight = 1
  let depth = 1
  const add = (item: CalculatorValue) => {
    const inner = measure(item, left - 1)
    weight += inner.weight
    depth = Math.max(depth, inner.depth + 1)
  }
  if (isList(value)) value.forEach(add)
  else {
    for (const [key, item] of Object.entries(value)) {
      weight += key.length
      add(item)
    }
  }
  const measured = { weight, depth }
  weights.set(value, measured)
  return measured
}
