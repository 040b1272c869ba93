import { DateTime } from 'luxon'
import type { Locale } from '../../contacts/attribute.ts'

/** A value in the form of the other side; or why it cannot have one. */
export type Converted<Value> =
  | {
      value: Value
      /** What was lost on the way. */
      note?: string
    }
  | { fault: string }

/** A value in words, as a field of text keeps it. */
export function wordsOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.map(wordsOf).join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** A value for a message, cut to 60 characters. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

/** Whether it is a moment of ISO 8601 that names its offset: such a one is on another day in another zone. */
export function isMoment(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}.*(Z|[+-]\d{2}:?\d{2})$/.test(value)
}

/** The day of a moment in the project's zone; what is no moment stays as it is. */
export function dayOf(value: unknown, { timeZone }: Locale): unknown {
  return isMoment(value) ? (DateTime.fromISO(value, { zone: timeZone }).toISODate() ?? value) : value
}
