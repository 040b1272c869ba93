import { momentOf } from './moment.ts'
import { losesDigits, numberOf, tidy } from './number.ts'
import type { ComparisonOperator } from './program.ts'
import { isDictionary, isList, type MaybeValue, textOf } from './value.ts'

/**
 * Whether two values are the same: as numbers when both look like numbers, as moments when both are dates or times, else as
 * they are shown. A variable without a value equals nothing, and None equals None only.
 */
export function isEqual(left: MaybeValue, right: MaybeValue): boolean {
  if (left === undefined || right === undefined) return false
  if (left === null || right === null) return left === right
  if (left === right) return true
  if (isStructure(left) || isStructure(right)) return keyOf(left) === keyOf(right)
  if (losesDigits(left) && losesDigits(right)) return left === right
  const numbers = [numberOf(left), numberOf(right)]
  if (numbers[0] !== undefined && numbers[1] !== undefined) return tidy(numbers[0]) === tidy(numbers[1])
  const moments = [momentOf(left), momentOf(right)]
  if (moments[0] && moments[1]) return moments[0].ms === moments[1].ms
  return textOf(left) === textOf(right)
}

/** Whether a comparison holds. What has no order, such as a text and a number, is neither smaller nor greater. */
export function holds(operator: ComparisonOperator, left: MaybeValue, right: MaybeValue): boolean {
  if (operator === '==') return isEqual(left, right)
  if (operator === '!=') return !isEqual(left, right)
  const difference = order(left, right)
  if (difference === undefined) return false
  if (operator === '<') return difference < 0
  if (operator === '>') return difference > 0
  return operator === '<=' ? difference <= 0 : difference >= 0
}

/** Below zero when the left one comes first, above when the right one does; undefined when they cannot be put in an order. */
export function order(left: MaybeValue, right: MaybeValue): number | undefined {
  return orderOfRanks(rankOf(left), rankOf(right))
}

/** What a value is ordered by; made once for each value of a list that is sorted. */
export function rankOf(value: MaybeValue): Rank {
  if (value === undefined || value === null || isStructure(value)) return undefined
  const number = numberOf(value)
  if (number !== undefined) return tidy(number)
  const moment = momentOf(value)
  if (moment) return { kind: moment.kind === 'time' ? 'time' : 'moment', at: moment.ms }
  return textOf(value)
}
export type Rank = number | string | { kind: 'time' | 'moment'; at: number } | undefined

export function orderOfRanks(left: Rank, right: Rank): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0
  if (typeof left === 'object' && typeof right === 'object' && left.kind === right.kind) return left.at - right.at
  return undefined
}

/** The same text for values that `isEqual` calls the same, for looking them up among many. */
export function keyOf(value: MaybeValue): string {
  if (value === null || value === undefined) return 'none'
  if (isStructure(value)) return `text ${textOf(value)}`
  const number = losesDigits(value) ? undefined : numberOf(value)
  if (number !== undefined) return `number ${tidy(number)}`
  const moment = momentOf(value)
  return moment ? `moment ${moment.ms}` : `text ${textOf(value)}`
}

function isStructure(value: MaybeValue): boolean {
  return isList(value) || isDictionary(value)
}
