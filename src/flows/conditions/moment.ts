import { DateTime, IANAZone } from 'luxon'

/** A point in time as somebody wrote it: a whole day, a time of today, or an exact moment. */
export interface Moment {
  at: DateTime
  precision: 'day' | 'time' | 'moment'
}

/**
 * Now on somebody's own clock and in their language.
 *
 * @param zones IANA time zones, the first valid one counts.
 * @param language BCP 47; English when absent or unknown.
 */
export function localNow(now: Date, zones: readonly unknown[], language?: unknown): DateTime {
  const zone = zones.find((name) => typeof name === 'string' && IANAZone.create(name).isValid) as string | undefined
  return DateTime.fromJSDate(now, { zone: zone ?? 'utc' }).setLocale(knownLocale(language))
}

/**
 * Reads a date, a time of day or both: ISO 8601, `dd.mm.yyyy` (also with `/` and `-`, two-digit years, or without the
 * year: then the next such day), `yyyy.mm.dd`, `2 March 2027` in English, Russian and the language of `now`, and `today`
 * or `tomorrow` in these languages; a time may follow as `18:30`. Day comes before month. Undefined when it is none.
 */
export function readMoment(value: unknown, now: DateTime): Moment | undefined {
  if (DateTime.isDateTime(value)) return { at: value.setZone(now.zone), precision: 'moment' }
  if (value instanceof Date) return { at: DateTime.fromJSDate(value, { zone: now.zone }), precision: 'moment' }
  if (typeof value !== 'string' || value.length > 60) return undefined
  const text = value.trim().replaceAll(/\s+/g, ' ')
  return readIso(text, now) ?? readSpelled(text, now)
}

function readIso(text: string, now: DateTime): Moment | undefined {
  if (!/^\d{4}-\d{2}-\d{2}([T ]\d|$)/.test(text)) return undefined
  const at = DateTime.fromISO(text.replace(' ', 'T'), { zone: now.zone })
  return at.isValid ? { at, precision: text.length === 10 ? 'day' : 'moment' } : undefined
}

function readSpelled(text: string, now: DateTime): Moment | undefined {
  const time = /(?:^|,? )([01]?\d|2[0-4]):([0-5]\d)$/.exec(text)
  const dayText = time ? text.slice(0, time.index) : text
  const day = dayText === '' && time ? now.startOf('day') : readDay(dayText, now)
  if (!day) return undefined
  if (!time) return { at: day, precision: 'day' }
  const at = day.set({ hour: Number(time[1]), minute: Number(time[2]) })
  return { at, precision: dayText === '' ? 'time' : 'moment' }
}

function readDay(text: string, now: DateTime): DateTime | undefined {
  return readNumericDay(text, now) ?? readNamedDay(text, now) ?? readRelativeDay(text, now)
}

function readNumericDay(text: string, now: DateTime): DateTime | undefined {
  const yearFirst = /^(\d{4})([./-])(\d{1,2})\2(\d{1,2})$/.exec(text)
  if (yearFirst) return dayOf(now, Number(yearFirst[1]), Number(yearFirst[3]), Number(yearFirst[4]))
  const dayFirst = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})$/.exec(text)
  if (dayFirst) return dayOf(now, fullYear(dayFirst[4]!), Number(dayFirst[3]), Number(dayFirst[1]))
  const withoutYear = /^(\d{1,2})[./](\d{1,2})\.?$/.exec(text)
  if (!withoutYear) return undefined
  return nextSuch(dayOf(now, now.year, Number(withoutYear[2]), Number(withoutYear[1])), now)
}

function dayOf(now: DateTime, year: number, month: number, day: number): DateTime | undefined {
  const at = DateTime.fromObject({ year, month, day }, { zone: now.zone })
  return at.isValid ? at : undefined
}

/** Two digits below 70 are of this century. */
function fullYear(digits: string): number {
  if (digits.length === 4) return Number(digits)
  return Number(digits) + (Number(digits) < 70 ? 2000 : 1900)
}

function nextSuch(day: DateTime | undefined, now: DateTime): DateTime | undefined {
  return day && day < now.startOf('day') ? day.plus({ years: 1 }) : day
}

const datedFormats = ['d MMMM yyyy', 'd MMM yyyy', 'MMMM d yyyy', 'MMM d yyyy']
const yearlessFormats = ['d MMMM', 'd MMM', 'MMMM d', 'MMM d']

function readNamedDay(text: string, now: DateTime): DateTime | undefined {
  if (!/\p{L}/u.test(text) || !/\d/.test(text)) return undefined
  const plain = text
    .replace(/ (г\.?|года)$/u, '')
    .replace(/(?<=\d)(st|nd|rd|th)\b/, '')
    .replaceAll(',', '')
  for (const locale of locales(now)) {
    for (const format of datedFormats) {
      const at = DateTime.fromFormat(plain, format, { zone: now.zone, locale })
      if (at.isValid) return at
    }
    for (const format of yearlessFormats) {
      // Parsed with the year, or 29 February would be refused in most of them.
      const at = DateTime.fromFormat(`${plain} ${now.year}`, `${format} yyyy`, { zone: now.zone, locale })
      if (at.isValid) return nextSuch(at, now)
    }
  }
  return undefined
}

function readRelativeDay(text: string, now: DateTime): DateTime | undefined {
  const wanted = text.toLowerCase()
  if (!/^\p{L}/u.test(wanted)) return undefined
  for (const locale of locales(now)) {
    const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
    for (const days of [-2, -1, 0, 1, 2]) {
      if (words.format(days, 'day').toLowerCase() === wanted) return now.startOf('day').plus({ days })
    }
  }
  return undefined
}

function locales(now: DateTime): string[] {
  return [...new Set([now.locale ?? 'en', 'en', 'ru'])]
}

function knownLocale(language: unknown): string {
  if (typeof language !== 'string' || language === '') return 'en'
  try {
    return Intl.getCanonicalLocales(language.replaceAll('_', '-'))[0] ?? 'en'
  } catch {
    return 'en'
  }
}
