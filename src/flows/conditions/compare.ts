import type { DateTime } from 'luxon'
import { durationMs, durationSchema } from '../../platform/duration.ts'
import { readMoment } from './moment.ts'

export const operators = [
  'equals',
  'not_equals',
  'contains',
  'not_contains',
  'starts_with',
  'ends_with',
  'greater',
  'less',
  'between',
  'is_empty',
  'is_set',
  'in_list',
  'before',
  'after',
  'within_last',
] as const
export type Operator = (typeof operators)[number]

/**
 * Compares what a field holds with what is expected. How unlike types meet:
 * - Texts are compared without regard to case and surrounding space.
 * - A day or moment that a field holds equals one in another spelling, and a phone one with other signs between its digits.
 * - A number and a text are compared as numbers where the text is one (`5`, `5.0` and `5,0` are the same); two texts are texts.
 * - Yes/no meets `true`, `yes`, `1` and `false`, `no`, `0`, nothing.
 * - A list equals a list with the same members in any order; `contains` looks for a member (for all, given a list).
 * - `greater`, `less` and `between` (both ends belong to it) order numbers, else times of day `09:00`, else dates. Where
 *   one side is a day without a time, whole days are compared. A stretch of day times may go over midnight.
 * - What cannot be compared is not equal, not greater and not less; the negative operators are then true.
 *
 * @param now the present on the clock that dates are read with.
 */
export function compare(operator: Operator, actual: unknown, expected: unknown, now: DateTime): boolean {
  switch (operator) {
    case 'equals':
      return equals(actual, expected, now)
    case 'not_equals':
      return !equals(actual, expected, now)
    case 'contains':
      return contains(actual, expected)
    case 'not_contains':
      return !contains(actual, expected)
    case 'starts_with':
      return !isEmpty(expected) && plain(actual).startsWith(plain(expected))
    case 'ends_with':
      return !isEmpty(expected) && plain(actual).endsWith(plain(expected))
    case 'greater':
      return (order(actual, expected, now) ?? 0) > 0
    case 'less':
      return (order(actual, expected, now) ?? 0) < 0
    case 'between':
      return between(actual, listOf(expected), now)
    case 'is_empty':
      return isEmpty(actual)
    case 'is_set':
      return !isEmpty(actual)
    case 'in_list':
      return listOf(expected).some((item) => equals(actual, item, now))
    case 'before':
      return (orderMoments(actual, expected, now) ?? 0) < 0
    case 'after':
      return (orderMoments(actual, expected, now) ?? 0) > 0
    case 'within_last':
      return withinLast(actual, expected, now)
  }
}

/** Nothing, blank text, an empty list or object. Zero and `false` are values. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true
  if (typeof value === 'string') return value.trim() === ''
  if (Array.isArray(value)) return value.length === 0
  return isRecord(value) && Object.keys(value).length === 0
}

function equals(actual: unknown, expected: unknown, now: DateTime): boolean {
  return same(actual, expected) || (isIso(actual) && orderMoments(actual, expected, now) === 0)
}

/** A day or moment as attributes hold it. */
function isIso(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}|$)/.test(value)
}

/** Equality of what is no moment, as {@link compare} has it. */
export function same(a: unknown, b: unknown): boolean {
  if (isEmpty(a) && isEmpty(b)) return true
  if (typeof a === 'boolean' || typeof b === 'boolean') return yesNo(a) !== undefined && yesNo(a) === yesNo(b)
  if (typeof a === 'number' || typeof b === 'number') return toNumber(a) !== undefined && toNumber(a) === toNumber(b)
  if (Array.isArray(a) || Array.isArray(b)) return sameMembers(a, b)
  return plain(a) === plain(b) || samePhone(a, b)
}

/** A number as it is, or as text writes it (`1200.5`, `1200,5`, `1 200`); undefined when it is none. */
export function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string') return undefined
  const text = value.replaceAll(/\s/g, '').replace(',', '.')
  return /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
}

/** A phone in E.164 and another spelling of it with its country code. */
function samePhone(a: unknown, b: unknown): boolean {
  if (typeof a !== 'string' || typeof b !== 'string' || !/^\+\d{7,15}$/.test(a)) return false
  return /^\s*(\+|00)?[\d\s().-]+$/.test(b) && `+${b.replaceAll(/\D/g, '').replace(/^00/, '')}` === a
}

function sameMembers(a: unknown, b: unknown): boolean {
  const [left, right] = [membersOf(a), membersOf(b)]
  return (
    left.length === right.length &&
    left.every((item) => right.some((other) => same(item, other))) &&
    right.every((item) => left.some((other) => same(item, other)))
  )
}

function contains(actual: unknown, expected: unknown): boolean {
  if (isEmpty(expected)) return false
  if (Array.isArray(expected)) return expected.every((item) => contains(actual, item))
  if (Array.isArray(actual)) return actual.some((item) => same(item, expected))
  return plain(actual).includes(plain(expected))
}

function between(actual: unknown, [low, high]: unknown[], now: DateTime): boolean {
  const time = minutesOfDay(actual)
  const [from, to] = [minutesOfDay(low), minutesOfDay(high)]
  if (time !== undefined && from !== undefined && to !== undefined && from > to) return time >= from || time <= to
  const [above, below] = [order(actual, low, now), order(actual, high, now)]
  return above !== undefined && below !== undefined && above >= 0 && below <= 0
}

function withinLast(actual: unknown, expected: unknown, now: DateTime): boolean {
  const moment = readMoment(actual, now)
  const length = durationSchema.safeParse(expected)
  if (!moment || !length.success) return false
  const age = now.toMillis() - moment.at.toMillis()
  return age >= 0 && age <= durationMs(length.data)
}

/** Below, at or above zero as `a` is less than, equal to or greater than `b`; undefined when they have no order. */
function order(a: unknown, b: unknown, now: DateTime): number | undefined {
  const [left, right] = [toNumber(a), toNumber(b)]
  if (left !== undefined && right !== undefined) return left - right
  const [earlier, later] = [minutesOfDay(a), minutesOfDay(b)]
  if (earlier !== undefined && later !== undefined) return earlier - later
  return orderMoments(a, b, now)
}

function orderMoments(a: unknown, b: unknown, now: DateTime): number | undefined {
  const [left, right] = [readMoment(a, now), readMoment(b, now)]
  if (!left || !right) return undefined
  if (left.precision !== 'day' && right.precision !== 'day') return left.at.toMillis() - right.at.toMillis()
  return left.at.startOf('day').toMillis() - right.at.startOf('day').toMillis()
}

function minutesOfDay(value: unknown): number | undefined {
  const time = typeof value === 'string' ? /^([01]?\d|2[0-4]):([0-5]\d)$/.exec(value.trim()) : null
  return time ? Number(time[1]) * 60 + Number(time[2]) : undefined
}

function yesNo(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  const text = plain(value)
  if (['true', 'yes', '1'].includes(text)) return true
  return ['false', 'no', '0', ''].includes(text) ? false : undefined
}

/** What a list is compared with: its members, those of a text parted by commas, or the single value. */
function listOf(value: unknown): unknown[] {
  if (typeof value === 'string') return value.split(',')
  return membersOf(value)
}

function membersOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  return isEmpty(value) ? [] : [value]
}

function plain(value: unknown): string {
  if (value === undefined || value === null) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.normalize('NFC').trim().toLowerCase()
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
