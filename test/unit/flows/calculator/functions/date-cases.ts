import type { FunctionCases } from './function-cases.ts'

/** Of the functions for dates and times. */
export const dateCases: FunctionCases = {
  addDays: [
    ['add_days("28.02.2024", 1)', '29.02.2024'],
    ['addDays(current_date, 20)', '22.11.2026'],
    ['addDays("tomorrow", 1)', 'expected a date such as 31.12.2026 or a time such as 18:30; found "tomorrow"'],
    ['addDays("01.01.2026", 99999999)', 'the date is out of reach'],
  ],
  addMonth: [['add_month("31.12.2020", -10)', '29.02.2020']],
  addYear: [['add_year("31.12.2021 10:00", -2)', '31.12.2019 10:00']],
  addMinutes: [
    ['add_minutes("23:50", 20)', '00:10'],
    ['addMinutes("31.12.2026 23:50", 20)', '01.01.2027 00:10'],
  ],
  date_add: [
    ['date_add("01.01.2026", 1)', '02.01.2026'],
    ['date_add("01.01.2026", 2, "Week")', '15.01.2026'],
    [
      'date_add("01.01.2026", 1, "moons")',
      '`unit` must be one of seconds, minutes, hours, days, weeks, months, years; found "moons"',
    ],
  ],
  add_time: [['add_time("10:00", -1, "hours")', '09:00']],
  date_diff: [
    ['date_diff("31.01.2026", "28.02.2026", "months")', 1],
    ['date_diff("02.01.2026", "01.01.2026")', -1],
    ['date_diff("01.01.2026 10:00", "01.01.2026 10:30", "minutes")', 30],
    ['date_diff("01.01.2026", "10:00")', 'a date and a time of day cannot be compared'],
  ],
  weekday_date: [
    ['weekday_date(3)', '04.11.2026'],
    ['weekday_date(1)', '09.11.2026'],
    ['weekday_date(1, True)', '02.11.2026'],
    ['weekday_date(0)', '`day` must be from 1 (Monday) to 7 (Sunday)'],
  ],
  month_date: [
    ['month_date(15)', '15.11.2026'],
    ['month_date(2)', '02.12.2026'],
    ['month_date(2, True)', '02.11.2026'],
    ['month_date(1)', '01.12.2026'],
    ['month_date(31)', '30.11.2026'],
    ['month_date(32)', '`day` must be from 1 to 31'],
  ],
  birthdate: [
    ['birthdate("20.08.1990")', '20.08.2027'],
    ['birthdate("02.11.1990")', '02.11.2026'],
    ['birthdate("29.02.2000")', '28.02.2027'],
  ],
  time_interval: [
    ['time_interval("10:00", "19:00")', true],
    ['time_interval("12:00", "12:00")', true],
    ['time_interval("12:01", "19:00")', false],
    ['time_interval("22:00", "06:00")', false],
    ['time_interval("11:00", "06:00")', true],
    ['time_interval("01.11.2026", "03.11.2026")', true],
    ['time_interval("02.11.2026 12:01", "03.11.2026")', false],
    ['time_interval("10:00", "03.11.2026")', 'a date and a time of day cannot be compared'],
  ],
  strftime: [
    ['strftime("01.02.2026", "%d/%m %j %u %w %% %q %")', '01/02 032 7 0 % %q %'],
    ['strftime("18:05", "%d.%m.%Y %I:%M %p")', '02.11.2026 06:05 PM'],
    ['strftime("01.02.2026", "%A, %B")', 'Sunday, February'],
  ],
  convert_datetime: [
    ['convert_datetime("02.11.2026 18:05", "%d.%m.%Y %H:%M")', '02.11.2026 18:05'],
    ['convert_datetime("5 March 2026", "%d %B %Y", "%d.%m.%Y")', '05.03.2026'],
    ['convert_datetime("at 18:05", "at %H:%M", "%H-%M")', '18-05'],
    ['convert_datetime("abc", "%d.%m.%Y")', '"abc" does not fit the format %d.%m.%Y'],
    ['convert_datetime("1", "%w")', '%w in a format cannot be used to read a date'],
  ],
  get_datetime: [
    ['get_datetime()', '02.11.2026 12:00'],
    ['get_datetime("%H:%M %z")', '12:00 +0300'],
  ],
  current_date_rus: [
    ['current_date_rus()', '2 ноября'],
    ['current_date_rus(29)', '1 декабря'],
  ],
  date_rus: [['date_rus("02.11.2026", -2)', '31 октября']],
  to_timestamp: [
    ['to_timestamp("02.11.2026 12:00")', 1793610000],
    ['to_timestamp(current_time)', 1793610000],
  ],
  from_timestamp: [
    ['from_timestamp(timestamp)', '02.11.2026 12:00'],
    ['from_timestamp(10 ** 15)', 'the date is out of reach'],
  ],
}
