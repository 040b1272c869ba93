import { DateTime } from 'luxon'

/**
 * A date, a time of day, or both, as it was written. It belongs to no time zone: `ms` counts its numbers as if they were UTC,
 * so that days are always 24 hours.
 */
export interface Moment {
  kind: 'date' | 'time' | 'moment'
  /** Since 1970; a time of day counts from the day on which that began. */
  ms: number
  /** How it is written again after something was added, in the signs of luxon. */
  format: string
}

const clockPart = '(?:([01]?\\d|2[0-3]):([0-5]\\d)(?::([0-5]\\d))?)'
const dayFirst = new RegExp(`^(\\d{1,2})\\.(\\d{1,2})\\.(\\d{4}|\\d{2})(?: +${clockPart})?$`)
const yearFirst = new RegExp(`^(\\d{4})-(\\d{2})-(\\d{2})(?:[T ]${clockPart}(?:\\.\\d+)?(?:Z|[+-]\\d{2}:?\\d{2})?)?$`)
const timeOnly = new RegExp(`^${clockPart}$`)

/** Reads `dd.mm.yyyy`, `dd.mm.yy`, `yyyy-mm-dd`, each also with ` HH:MM` or ` HH:MM:SS` after it, and `HH:MM`. */
export function momentOf(value: unknown): Moment | undefined {
  if (typeof value !== 'string' || value.length < 4 || value.length > 40) return undefined
  const text = value.trim()
  const day = dayFirst.exec(text)
  if (day) {
    const format = `dd.MM.${'y'.repeat(day[3]!.length)}`
    return withClock([fullYear(day[3]!), Number(day[2]), Number(day[1])], day.slice(4), format, ' ')
  }
  const iso = yearFirst.exec(text)
  if (iso) {
    const between = text[10] === 'T' ? "'T'" : ' '
    return withClock([Number(iso[1]), Number(iso[2]), Number(iso[3])], iso.slice(4), 'yyyy-MM-dd', between)
  }
  const time = timeOnly.exec(text)
  const read = time && withClock([1970, 1, 1], time.slice(1), '', '')
  return read ? { ...read, kind: 'time' } : undefined
}

/** As it was written: the same order of the parts, the same signs between them. */
export function writeMoment(moment: Moment): string {
  return dateTimeOf(moment).toFormat(moment.format)
}

/** Its numbers on a clock that stands in no time zone. */
export function dateTimeOf({ ms }: Moment): DateTime {
  return DateTime.fromMillis(ms, { zone: 'utc' })
}

function withClock(
  [year, month, day]: [number, number, number],
  clock: (string | undefined)[],
  dayFormat: string,
  between: string,
): Moment | undefined {
  const midnight = new Date(Date.UTC(year, month - 1, day))
  // A day that the month does not have would have become one of the next.
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCFullYear() !== year) return undefined
  const [hour, minute, second] = clock
  if (hour === undefined) return { kind: 'date', ms: midnight.getTime(), format: dayFormat }
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second ?? 0)
  const format = `${dayFormat}${between}${second === undefined ? 'HH:mm' : 'HH:mm:ss'}`
  return { kind: 'moment', ms: midnight.getTime() + seconds * 1000, format }
}

/** Two digits below 70 are of this century. */
function fullYear(digits: string): number {
  const year = Number(digits)
  return digits.length === 4 ? year : year + (year < 70 ? 2000 : 1900)
}
