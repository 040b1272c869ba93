import { DateTime, type DurationLikeObject } from 'luxon'
import { AppError } from '../../../platform/errors.ts'
import { type CalculatorFunction, type CallContext, defineFunction, optional, required } from '../function.ts'
import { dateTimeOf, type Moment, momentOf, writeMoment } from '../moment.ts'
import { tidy } from '../number.ts'
import { strftime, strptime } from '../strftime.ts'
import { nameOfKind } from '../value.ts'
import { field, fieldByName, own, python } from './origins.ts'

const units = ['seconds', 'minutes', 'hours', 'days', 'weeks', 'months', 'years'] as const
const date = required('any', 'A date such as `31.12.2026`, also with a time after it.')
const someMoment = required('any', 'A date, a time, or both, such as `31.12.2026 18:30`.')

export const dateFunctions: readonly CalculatorFunction[] = [
  adds('addDays', 'add_days', 'days', ['addDays("20.08.2019", -99)', '"13.05.2019"']),
  adds('addMonth', 'add_month', 'months', ['addMonth("30.04.2019", 10)', '"29.02.2020"']),
  adds('addYear', 'add_year', 'years', ['addYear("29.02.2020", 2)', '"28.02.2022"']),
  adds('addMinutes', 'add_minutes', 'minutes', ['addMinutes("20:08", -30)', '"19:38"']),
  addsAny('date_add', 'days', ['date_add("31.01.2026", 1, "months")', '"28.02.2026"']),
  addsAny('add_time', 'minutes', ['add_time("23:30", 45)', '"00:15"']),
  defineFunction({
    name: 'date_diff',
    group: 'dates',
    summary:
      'How much time lies between two moments. The operator `-` gives days between dates and minutes between times.',
    parameters: { from: someMoment, to: someMoment, unit: optional('text', `One of ${unitNames()}.`, 'days') },
    returns: 'A number; negative when the second moment comes first.',
    examples: [
      { source: 'date_diff("01.01.2026", "31.01.2026")', result: '30' },
      { source: 'date_diff("10:00", "11:30", "hours")', result: '1.5' },
    ],
    knownFrom: own,
    call({ from, to, unit }) {
      const [start, end] = [readMoment(from), readMoment(to)]
      if ((start.kind === 'time') !== (end.kind === 'time')) {
        throw new AppError('invalid', 'a date and a time of day cannot be compared')
      }
      return tidy(dateTimeOf(end).diff(dateTimeOf(start), unitOf(unit)).as(unitOf(unit)))
    },
  }),
  defineFunction({
    name: 'weekday_date',
    group: 'dates',
    summary: 'The next date that is this day of the week.',
    parameters: {
      day: required('whole', '1 is Monday, 7 is Sunday.'),
      today: optional('boolean', 'True when today may be the answer too.', false),
    },
    returns: 'A date as `dd.mm.yyyy`.',
    examples: [{ source: 'weekday_date(1)' }],
    knownFrom: field,
    call({ day, today }, { now }) {
      if (day < 1 || day > 7) throw new AppError('invalid', '`day` must be from 1 (Monday) to 7 (Sunday)')
      const ahead = (day - now.weekday + 7) % 7
      return now.plus({ days: ahead === 0 && !today ? 7 : ahead }).toFormat('dd.MM.yyyy')
    },
  }),
  defineFunction({
    name: 'month_date',
    group: 'dates',
    summary: 'The next date with this day of the month; the last day of a month that has no such day.',
    parameters: {
      day: required('whole', 'From 1 to 31.'),
      today: optional('boolean', 'True when today may be the answer too.', false),
    },
    returns: 'A date as `dd.mm.yyyy`.',
    examples: [{ source: 'month_date(15)' }],
    knownFrom: field,
    call({ day, today }, { now }) {
      if (day < 1 || day > 31) throw new AppError('invalid', '`day` must be from 1 to 31')
      const inMonth = (months: number) => {
        const month = now.startOf('month').plus({ months })
        return month.set({ day: Math.min(day, month.daysInMonth ?? 28) })
      }
      const first = inMonth(0)
      const passed = first < now.startOf('day') || (!today && first.hasSame(now, 'day'))
      return (passed ? inMonth(1) : first).toFormat('dd.MM.yyyy')
    },
  }),
  defineFunction({
    name: 'birthdate',
    group: 'dates',
    summary:
      'The next birthday of somebody who was born on a date; today when it is today. 29 February becomes the 28th in other years.',
    parameters: { date },
    returns: 'A date as `dd.mm.yyyy`.',
    examples: [{ source: 'birthdate("20.08.1990")' }],
    knownFrom: field,
    call({ date }, { now }) {
      const { month, day } = dateTimeOf(readMoment(date))
      const inYear = (year: number) => {
        const start = DateTime.fromObject({ year, month }, { zone: now.zone })
        return start.set({ day: Math.min(day, start.daysInMonth ?? 28) })
      }
      const here = inYear(now.year)
      return (here < now.startOf('day') ? inYear(now.year + 1) : here).toFormat('dd.MM.yyyy')
    },
  }),
  defineFunction({
    name: 'time_interval',
    group: 'dates',
    summary:
      'Whether it is now between two times of day, or between two dates. Times may go over midnight: from 22:00 to 06:00.',
    parameters: { start: someMoment, end: someMoment },
    returns: 'True or False; both ends belong to it.',
    examples: [{ source: 'time_interval("10:00", "19:00")' }],
    knownFrom: field,
    call({ start, end }, { now }) {
      const [from, to] = [readMoment(start), readMoment(end)]
      if ((from.kind === 'time') !== (to.kind === 'time')) {
        throw new AppError('invalid', 'a date and a time of day cannot be compared')
      }
      if (from.kind !== 'time') return local(from, now) <= now && now <= local(to, now)
      const minute = (now.hour * 60 + now.minute) * 60_000
      return from.ms <= to.ms ? from.ms <= minute && minute <= to.ms : minute >= from.ms || minute <= to.ms
    },
  }),
  defineFunction({
    name: 'strftime',
    group: 'dates',
    summary: 'Writes a date or a time in another format.',
    parameters: { date: someMoment, format: required('text', 'A format such as `%d.%m.%y %H:%M`.') },
    returns: 'A text.',
    examples: [{ source: 'strftime("31.12.2026 18:05", "%Y-%m-%d %H:%M")', result: '"2026-12-31 18:05"' }],
    knownFrom: python,
    call: ({ date, format }, context) => formatted(local(readMoment(date), context.now), format, context),
  }),
  defineFunction({
    name: 'convert_datetime',
    group: 'dates',
    summary: 'Reads a date or a time in one format and writes it in another.',
    parameters: {
      value: required('text', 'The text to read.'),
      from_format: required('text', 'The format it has.'),
      to_format: optional('text', 'The format to write.', '%d.%m.%Y %H:%M'),
    },
    returns: 'A text. A value that does not fit its format ends the script.',
    examples: [{ source: 'convert_datetime("2026-12-31", "%Y-%m-%d", "%d.%m.%y")', result: '"31.12.26"' }],
    knownFrom: fieldByName,
    call: ({ value, from_format, to_format }, context) =>
      formatted(strptime(value, from_format, context.now), to_format, context),
  }),
  defineFunction({
    name: 'get_datetime',
    group: 'dates',
    summary: "The present date and time on the contact's clock.",
    parameters: { format: optional('text', 'A format.', '%d.%m.%Y %H:%M') },
    returns: 'A text.',
    examples: [{ source: 'get_datetime("%H:%M")' }],
    knownFrom: fieldByName,
    call: ({ format }, context) => formatted(context.now, format, context),
  }),
  defineFunction({
    name: 'current_date_rus',
    group: 'dates',
    summary: 'Today in Russian words, such as `2 ноября`.',
    parameters: { offset: optional('whole', 'So many days later.', 0) },
    returns: 'A text.',
    examples: [{ source: 'current_date_rus()' }],
    knownFrom: fieldByName,
    call: ({ offset }, { now }) => inRussian(now.plus({ days: offset })),
  }),
  defineFunction({
    name: 'date_rus',
    group: 'dates',
    summary: 'A date in Russian words.',
    parameters: { date, offset: optional('whole', 'So many days later.', 0) },
    returns: 'A text.',
    examples: [{ source: 'date_rus("02.11.2026")', result: '"2 ноября"' }],
    knownFrom: fieldByName,
    call: ({ date, offset }) => inRussian(dateTimeOf(readMoment(date)).plus({ days: offset })),
  }),
  defineFunction({
    name: 'to_timestamp',
    group: 'dates',
    summary: "Seconds since 1970 in UTC of a date and time on the contact's clock.",
    parameters: { date },
    returns: 'A whole number.',
    examples: [{ source: 'to_timestamp("31.12.2026 18:05")' }],
    knownFrom: own,
    call: ({ date }, { now }) => Math.floor(local(readMoment(date), now).toSeconds()),
  }),
  defineFunction({
    name: 'from_timestamp',
    group: 'dates',
    summary: "A date and time on the contact's clock from seconds since 1970 in UTC.",
    parameters: {
      seconds: required('number', 'The seconds.'),
      format: optional('text', 'A format.', '%d.%m.%Y %H:%M'),
    },
    returns: 'A text.',
    examples: [{ source: 'from_timestamp(1798740300, "%Y")', result: '"2026"' }],
    knownFrom: own,
    call({ seconds, format }, context) {
      const at = DateTime.fromSeconds(seconds, { zone: context.now.zone, locale: context.now.locale ?? 'en' })
      return formatted(reachable(at), format, context)
    },
  }),
]

function unitNames(): string {
  return units.map((unit) => `\`${unit}\``).join(', ')
}

function unitOf(text: string): (typeof units)[number] {
  const wanted = text.trim().toLowerCase()
  const unit = units.find((name) => name === wanted || name === `${wanted}s`)
  if (unit) return unit
  throw new AppError('invalid', `\`unit\` must be one of ${units.join(', ')}; found "${text.slice(0, 40)}"`)
}

function readMoment(value: unknown): Moment {
  const moment = momentOf(value)
  if (moment) return moment
  throw new AppError(
    'invalid',
    `expected a date such as 31.12.2026 or a time such as 18:30; found ${nameOfKind(value as string)}`,
  )
}

/** The same numbers on the clock of `now`; a time of day is one of today. */
function local(moment: Moment, now: DateTime): DateTime {
  const at = dateTimeOf(moment)
  const { year, month, day } = moment.kind === 'time' ? now : at
  const { hour, minute, second } = at
  return DateTime.fromObject({ year, month, day, hour, minute, second }, { zone: now.zone, locale: now.locale ?? 'en' })
}

function moved(value: unknown, amount: number, unit: (typeof units)[number]): string {
  const moment = readMoment(value)
  const change: DurationLikeObject = { [unit]: amount }
  return writeMoment({ ...moment, ms: reachable(dateTimeOf(moment).plus(change)).toMillis() })
}

function reachable(at: DateTime): DateTime {
  if (at.isValid && at.year >= 1 && at.year <= 9999) return at
  throw new AppError('invalid', 'the date is out of reach')
}

function formatted(at: DateTime, format: string, { spend }: CallContext): string {
  // The longest sign, the name of a month, has fewer characters.
  spend(format.length * 20)
  return strftime(at, format)
}

function inRussian(at: DateTime): string {
  return reachable(at).setLocale('ru').toFormat('d MMMM')
}

function adds(
  name: string,
  alias: string,
  unit: (typeof units)[number],
  example: [string, string],
): CalculatorFunction {
  return defineFunction({
    name,
    aliases: [alias],
    group: 'dates',
    summary: `Adds ${unit} to a date or a time; a negative number takes them away.${
      unit === 'months' || unit === 'years' ? ' A day that the month does not have becomes its last one.' : ''
    }`,
    parameters: { date: someMoment, amount: required('number', `How many ${unit}.`) },
    returns: 'The same kind of text.',
    examples: [{ source: example[0], result: example[1] }],
    knownFrom: field,
    call: ({ date, amount }) => moved(date, amount, unit),
  })
}

function addsAny(name: string, unit: string, example: [string, string]): CalculatorFunction {
  return defineFunction({
    name,
    group: 'dates',
    summary: 'Adds an amount of time to a date or a time of day.',
    parameters: {
      date: someMoment,
      amount: required('number', 'How many; a negative number takes them away.'),
      unit: optional('text', `One of ${unitNames()}.`, unit),
    },
    returns: 'The same kind of text.',
    examples: [{ source: example[0], result: example[1] }],
    knownFrom: own,
    call: ({ date, amount, unit }) => moved(date, amount, unitOf(unit)),
  })
}
