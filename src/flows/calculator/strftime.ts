import { DateTime } from 'luxon'
import { AppError } from '../../platform/errors.ts'

/** The signs of a format as C and Python have it: how each is written, and how it is read. */
const signs: Readonly<Record<string, { write: string; read?: string; meaning: string }>> = {
  d: { write: 'dd', read: 'd', meaning: 'day, 01 to 31' },
  m: { write: 'MM', read: 'M', meaning: 'month, 01 to 12' },
  Y: { write: 'yyyy', read: 'yyyy', meaning: 'year' },
  y: { write: 'yy', read: 'yy', meaning: 'year in two digits' },
  H: { write: 'HH', read: 'H', meaning: 'hour, 00 to 23' },
  I: { write: 'hh', read: 'h', meaning: 'hour, 01 to 12' },
  p: { write: 'a', read: 'a', meaning: 'AM or PM' },
  M: { write: 'mm', read: 'm', meaning: 'minute' },
  S: { write: 'ss', read: 's', meaning: 'second' },
  B: { write: 'MMMM', read: 'MMMM', meaning: "name of the month, in the contact's language" },
  b: { write: 'MMM', read: 'MMM', meaning: 'the same, shortened' },
  A: { write: 'cccc', read: 'cccc', meaning: 'name of the day of the week' },
  a: { write: 'ccc', read: 'ccc', meaning: 'the same, shortened' },
  w: { write: 'c', meaning: 'day of the week, 0 (Sunday) to 6' },
  u: { write: 'c', meaning: 'day of the week, 1 (Monday) to 7' },
  j: { write: 'ooo', read: 'o', meaning: 'day of the year, 001 to 366' },
  s: { write: 'X', read: 'X', meaning: 'seconds since 1970 in UTC' },
  z: { write: 'ZZZ', read: 'ZZZ', meaning: 'offset from UTC, such as +0300' },
}

/** The signs with their meanings, for the reference page. */
export const formatSigns: readonly { sign: string; meaning: string }[] = Object.entries(signs).map(
  ([sign, { meaning }]) => ({ sign: `%${sign}`, meaning }),
)

/** Writes a moment by a format such as `%d.%m.%y %H:%M`. What is no known sign stays as it is. */
export function strftime(at: DateTime, format: string): string {
  return format.replaceAll(/%(.)/g, (all, sign: string) => {
    if (sign === '%') return '%'
    if (sign === 'w') return String(at.weekday % 7)
    const known = Object.hasOwn(signs, sign) ? signs[sign] : undefined
    return known ? at.toFormat(known.write) : all
  })
}

/** Reads a moment by such a format, on the clock and in the language of `now`. Throws `invalid` when the text does not fit. */
export function strptime(text: string, format: string, now: DateTime): DateTime {
  const pattern = format.replaceAll(/%(.)|([^%]+)/g, (all, sign?: string, literal?: string) => {
    if (literal !== undefined || sign === '%') return `'${(literal ?? '%').replaceAll("'", "''")}'`
    const known = sign !== undefined && Object.hasOwn(signs, sign) ? signs[sign] : undefined
    if (known?.read) return known.read
    throw new AppError('invalid', `${all} in a format cannot be used to read a date`)
  })
  const at = DateTime.fromFormat(text, pattern, { zone: now.zone, locale: now.locale ?? 'en' })
  if (at.isValid) return at
  throw new AppError('invalid', `"${text.slice(0, 40)}" does not fit the format ${format}`)
}
