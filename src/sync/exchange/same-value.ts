import { isDeepStrictEqual } from 'node:util'
import type { CrmValue } from '../crm.ts'

/** Whether two values are the same to the letter; nothing, an empty text and an empty list are the same nothing. */
export function isSame(one: CrmValue | undefined, other: CrmValue | undefined): boolean {
  return isDeepStrictEqual(withoutEmptiness(one), withoutEmptiness(other))
}

/** Whether two values mean the same in the eyes of a person: whatever the case, spaces, the form of a phone or of a number. */
export function isAlike(one: CrmValue | undefined, other: CrmValue | undefined): boolean {
  if (Array.isArray(one) || Array.isArray(other)) {
    const [left, right] = [listOf(one), listOf(other)]
    return without(left, right).length === 0 && without(right, left).length === 0
  }
  return elementKey(one) === elementKey(other)
}

/** Whether `kept` is what a field that holds less makes of `written`: a part of a text, a rounded number, a day of a moment. */
export function isCutFrom(kept: CrmValue | undefined, written: CrmValue | undefined): boolean {
  if (typeof kept === 'number' && typeof written === 'number') return Math.abs(kept - written) < 1
  if (typeof kept !== 'string' || typeof written !== 'string' || kept === '') return false
  return elementKey(written).startsWith(elementKey(kept))
}

/** The value as a list: a single one is a list of one. */
export function listOf(value: CrmValue | undefined): string[] {
  if (Array.isArray(value)) return value
  return value === null || value === undefined || value === '' ? [] : [String(value)]
}

/** What is in one list and not in the other, in whatever spelling. */
export function without(list: readonly string[], other: readonly string[]): string[] {
  const keys = new Set(other.map(elementKey))
  return list.filter((element) => !keys.has(elementKey(element)))
}

/** One list with what the other has besides. */
export function union(list: readonly string[], other: readonly string[]): string[] {
  return [...list, ...without(other, list)]
}

function withoutEmptiness(value: CrmValue | undefined): CrmValue {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0) ? null : value
}

/** The same for all spellings of a value. */
function elementKey(value: CrmValue | undefined): string {
  if (value === null || value === undefined || value === false || value === 0) return ''
  const text = String(value).trim().replaceAll(/\s+/g, ' ').toLowerCase()
  if (/^[+(]?\d[\d\s()+-]{6,}$/.test(text)) return phoneKey(text)
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text) === 0 ? '' : String(Number(text))
  return text
}

/** National and international spellings of a phone have their last ten digits in common. */
function phoneKey(text: string): string {
  return text.replaceAll(/\D/g, '').slice(-10)
}
