import { DateTime } from 'luxon'

/** The vendor keeps a day as the moment at which it begins in the account's time zone. */
export function dayOf(seconds: number, zone: string): string {
  return DateTime.fromSeconds(seconds, { zone }).toFormat('yyyy-MM-dd')
}

/** RFC 3339, as the vendor takes days; undefined for what is no day. */
export function beginOfDay(day: string, zone: string): string | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return undefined
  const begin = DateTime.fromISO(day, { zone })
  return begin.isValid ? (begin.startOf('day').toISO({ suppressMilliseconds: true }) ?? undefined) : undefined
}

/** RFC 3339 in UTC without fractions; undefined for what is no moment. */
export function momentOf(text: string): string | undefined {
  const at = secondsOf(text)
  return at === undefined ? undefined : `${isoOf(at).slice(0, 19)}Z`
}

/** Seconds since 1970 of an ISO 8601 moment; undefined for what is none. */
export function secondsOf(text: string): number | undefined {
  const time = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000)
}

export function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
