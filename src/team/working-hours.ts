import type { DateTime } from 'luxon'
import type { WorkingHours } from './team.table.ts'

/** Whether it is open at a moment; the hours are read on that moment's own clock. */
export function isOpen(hours: WorkingHours, at: DateTime): boolean {
  return openings(hours, at).some(([from, to]) => from <= at && at < to)
}

/** The moment itself when it is open, else the next opening; undefined when it never opens. */
export function nextOpening(hours: WorkingHours, at: DateTime): DateTime | undefined {
  if (isOpen(hours, at)) return at
  const later = openings(hours, at).filter(([from]) => from > at)
  return later.map(([from]) => from).sort((a, b) => a.toMillis() - b.toMillis())[0]
}

/** The open stretches from yesterday (its night may reach into today) to the same weekday of next week. */
function openings(hours: WorkingHours, at: DateTime): [from: DateTime, to: DateTime][] {
  const today = at.startOf('day')
  const days = [-1, 0, 1, 2, 3, 4, 5, 6, 7].map((offset) => today.plus({ days: offset }))
  return days.flatMap((day) =>
    (hours[String(day.weekday)] ?? []).map(([from, to]): [DateTime, DateTime] => {
      const opens = atTime(day, from)
      const closes = atTime(day, to)
      return [opens, closes > opens ? closes : atTime(day.plus({ days: 1 }), to)]
    }),
  )
}

function atTime(day: DateTime, time: string): DateTime {
  const [hour, minute] = time.split(':')
  return day.set({ hour: Number(hour), minute: Number(minute) })
}
