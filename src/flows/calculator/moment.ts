import { DateTime } from 'luxon'

/**
 * A date, a time of day, or both, as it was written. It belongs to no time zone: `at` carries its numbers as if it were UTC,
 * so that days are always 24 hours.
 */
export interface Moment {
  kind: 'date' | 'time' | 'moment'
  at: DateTime
  /** How it is written again after something was added. */
  format: string
}

const clockPart = '(?:([01]?\\d|2[0-4]):([0-5]\\d)(?::([0-5]\\d))?)'
const dayFirst = new RegExp(`^(\\d{1,2})\\.(\\d{1,2})\\.(\\d{4}|\\d{2})(?: +${clockPart})?$`)
const yearFirst = new RegExp(`^(\\d{4})-(\\d{2})-(\\d{2})(?:[T ]${clockPart}(?:\\.\\d+)?(?:Z|[+-]\\d{2}:?\\d{2})?)?$`)
const timeOnly = new RegExp(`^${clockPart}$`)

/** Reads `dd.mm.yyyy`, `dd.mm.yy`, `yyyy-mm-dd`, each also with ` HH:MM` or ` HH:MM:SS` after it, and `HH:MM`. */
export function momentOf(value: unknown): Moment | undefined {
  if (typeof value !== 'string' || value.length < 4 || value.length > 40) return undefined
  const text = value.trim()
  const day = dayFirst.exec(text)
  if (day)
    return written([fullYear(day[3]!), day[2]!, day[1]!], day.slice(4), `dd.MM.${'y'.repeat(day[3]!.length)}`, ' ')
  const iso = yearFirst.exec(text)
  if (iso) return written([iso[1]!, iso[2]!, iso[3]!], iso.slice(4), 'yyyy-MM-dd', text[10] === 'T' ? "'T'" : ' ')
  const time = timeOnly.exec(text)
  if (!time) return undefined
  const read = written(['2000', '1', '1'], time.slice(1), '', '')
  return read && { ...read, kind: 'time' }
}

/** As `dd.mm.yyyy`, as `HH:MM`, or as both. */
export function writeMoment({ at, format }: Moment): string {
  return at.toFormat(format)
}

function written(day: [string, string, string], clock: (string | undefined)[], dayFormat: string, between: string) {
  const [year, month, date] = day.map(Number)
  const [hour, minute, second] = clock.map((part) => Number(part ?? 0))
  const at = DateTime.utc(year!, month!, date!, hour ?? 0, minute ?? 0, second ?? 0)
  if (!at.isValid) return undefined
  const hasClock = clock[0] !== undefined
  const clockFormat = clock[2] === undefined ? 'HH:mm' : 'HH:mm:ss'
  const format = hasClock ? `${dayFormat}${between}${clockFormat}` : dayFormat
  return { kind: hasClock ? ('moment' as const) : ('date' as const), at, format }
}

/** Two digits below 70 are of this century. */
function fullYear(digits: string): string {
  return digits.length === 4 ? digits : `${Number(digits) < 70 ? '20' : '19'}${digits}`
}
