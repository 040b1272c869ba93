import { DateTime } from 'luxon'
import { z } from 'zod'
import { storable } from '../../platform/storable.ts'
import type { Locale } from '../attribute.ts'

/** Reads a value of a rule; undefined when it is not of that form. */
export type ValueReader<Value> = (value: unknown) => Value | undefined

const mostItems = 100

/** A text as it is compared: what is looked for may be a number too; runs of space count as one. */
export const readWords: ValueReader<string> = (value) => {
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string' || value.length > 1000) return undefined
  return String(storable(value)).trim().replaceAll(/\s+/g, ' ') || undefined
}

/** A text exactly as it is. */
export const readExactText: ValueReader<string> = (value) =>
  typeof value === 'string' && value !== '' && value.length <= 1000 ? String(storable(value)) : undefined

export const readNumber: ValueReader<number> = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined

/** The number of a row. */
export const readRowId: ValueReader<number> = (value) => z.int().min(1).safeParse(value).data

export const readFlag: ValueReader<boolean> = (value) => (typeof value === 'boolean' ? value : undefined)

/** One thing or a list of 1 to 100 of them; each once. */
export function listOf<Value>(read: ValueReader<Value>): ValueReader<Value[]> {
  return (value) => {
    const wanted = Array.isArray(value) ? value : [value]
    if (wanted.length === 0 || wanted.length > mostItems) return undefined
    const found = wanted.map(read)
    return found.includes(undefined) ? undefined : [...new Set(found as Value[])]
  }
}

/** Two things: from and to, both of which belong to it. */
export function pairOf<Value>(read: ValueReader<Value>): ValueReader<[Value, Value]> {
  return (value) => {
    if (!Array.isArray(value) || value.length !== 2) return undefined
    const [from, to] = value.map(read)
    return from === undefined || to === undefined ? undefined : [from, to]
  }
}

/** A stretch of time that a value names, both ends included: a moment, or a whole day. */
export interface Span {
  from: string
  to: string
}

/** A moment, or a day (`2026-11-30`, `30.11.2026`) of the project's time zone; ISO 8601 in UTC. */
export function readMoment(value: unknown, { timeZone }: Pick<Locale, 'timeZone'>): Span | undefined {
  const day = readDayIn(value, timeZone)
  if (day) return spanOf(day.startOf('day'), day.endOf('day'))
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}T/.test(value)) return undefined
  const moment = DateTime.fromISO(value, { zone: timeZone })
  return moment.isValid ? spanOf(moment, moment) : undefined
}

/** A day of the calendar, `2026-11-30`. */
export function readDay(value: unknown): Span | undefined {
  const day = readDayIn(value, 'utc')?.toISODate() ?? undefined
  return day === undefined ? undefined : { from: day, to: day }
}

function readDayIn(value: unknown, zone: string): DateTime | undefined {
  if (typeof value !== 'string') return undefined
  const day = [DateTime.fromFormat(value, 'yyyy-MM-dd', { zone }), DateTime.fromFormat(value, 'd.M.yyyy', { zone })]
  return day.find((candidate) => candidate.isValid)
}

/** In UTC; undefined outside of the years 1 to 9999, which ISO 8601 writes in a way that the database does not read. */
function spanOf(first: DateTime, last: DateTime): Span | undefined {
  const [from, to] = [first.toUTC(), last.toUTC()]
  return from.year < 1 || to.year > 9999 ? undefined : { from: from.toISO()!, to: to.toISO()! }
}
