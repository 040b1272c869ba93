import { AppError } from '../../platform/errors.ts'
import { numberOf } from './number.ts'
import {
  type CalculatorDictionary,
  type CalculatorList,
  type CalculatorValue,
  dictionaryOf,
  isList,
  type MaybeValue,
  nameOfKind,
  structureOf,
  textOf,
} from './value.ts'

/** `whole[index]`: an item of a list, an entry of a dictionary, a character of a text; undefined when there is none. */
export function itemOf(whole: MaybeValue, index: MaybeValue): MaybeValue {
  const structure = structureOf(whole)
  if (!structure) {
    if (typeof whole !== 'string') throw noParts(whole)
    return whole.at(positionOf(index))
  }
  if (isList(structure)) return structure.at(positionOf(index))
  const key = textOf(index)
  return Object.hasOwn(structure, key) ? structure[key] : undefined
}

/** `whole[from:to:step]` of a list or a text, as in Python. */
export function partOf(whole: MaybeValue, [from, to, step]: readonly MaybeValue[]): CalculatorValue {
  const structure = structureOf(whole)
  const sequence = isList(structure) ? structure : typeof whole === 'string' ? whole : undefined
  if (sequence === undefined) throw noParts(whole)
  const pace = step === null || step === undefined ? 1 : positionOf(step)
  if (pace === 0) throw new AppError('invalid', 'the step of a slice cannot be 0')
  const places = slicePlaces(sequence.length, boundOf(from), boundOf(to), pace)
  if (typeof sequence === 'string') return places.map((place) => sequence[place]).join('')
  return places.map((place) => sequence[place]!)
}

/** A copy in which what is reached by a way of at least one index is set; taken away without a value to set. */
export function changed(
  whole: MaybeValue,
  [index, ...deeper]: readonly MaybeValue[],
  change: CalculatorValue | undefined,
): CalculatorValue {
  if (deeper.length > 0) return withItem(whole, index, changed(itemOf(whole, index), deeper, change))
  return change === undefined ? withoutItem(whole, index) : withItem(whole, index, change)
}

/** A copy in which an item is replaced, or added when it is the next of a list or a new key. */
export function withItem(whole: MaybeValue, index: MaybeValue, item: CalculatorValue): CalculatorValue {
  const structure = changeable(whole)
  if (!isList(structure)) return dictionaryOf([...Object.entries(structure), [textOf(index), item]])
  const position = positionOf(index)
  const place = position < 0 ? position + structure.length : position
  if (place < 0 || place > structure.length) {
    throw new AppError('invalid', `the list has ${structure.length} items; there is no place ${position} in it`)
  }
  return [...structure.slice(0, place), item, ...structure.slice(place + 1)]
}

/** A copy without an item; the same when there is none. */
export function withoutItem(whole: MaybeValue, index: MaybeValue): CalculatorValue {
  const structure = changeable(whole)
  if (!isList(structure)) return dictionaryOf(Object.entries(structure).filter(([key]) => key !== textOf(index)))
  const position = positionOf(index)
  const place = position < 0 ? position + structure.length : position
  return structure.filter((_, at) => at !== place)
}

function slicePlaces(length: number, from: number | undefined, to: number | undefined, step: number): number[] {
  const [least, most] = step > 0 ? [0, length] : [-1, length - 1]
  const clamp = (bound: number) => Math.min(Math.max(bound < 0 ? bound + length : bound, least), most)
  const first = from === undefined ? (step > 0 ? least : most) : clamp(from)
  const end = to === undefined ? (step > 0 ? most : least) : clamp(to)
  const places: number[] = []
  for (let place = first; step > 0 ? place < end : place > end; place += step) places.push(place)
  return places
}

function changeable(whole: MaybeValue): CalculatorList | CalculatorDictionary {
  const structure = structureOf(whole)
  if (structure) return structure
  throw new AppError('invalid', `only items of a list or a dictionary can be set; found ${nameOfKind(whole)}`)
}

function boundOf(value: MaybeValue): number | undefined {
  return value === null || value === undefined ? undefined : positionOf(value)
}

function positionOf(index: MaybeValue): number {
  const position = numberOf(index)
  if (position !== undefined && Number.isSafeInteger(position)) return position
  throw new AppError('invalid', `a place in a list or a text must be a whole number; found ${nameOfKind(index)}`)
}

function noParts(whole: MaybeValue): AppError {
  return new AppError('invalid', `${nameOfKind(whole)} has no items`)
}
