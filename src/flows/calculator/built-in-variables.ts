import type { DateTime } from 'luxon'
import type { MaybeValue } from './value.ts'

/** Variables that every script has, unless one of the same name was set. */
export const builtInVariables: Readonly<Record<string, { meaning: string; value(now: DateTime): string | number }>> = {
  current_date: { meaning: 'today, as `dd.mm.yyyy`', value: (now) => now.toFormat('dd.MM.yyyy') },
  next_day: { meaning: 'tomorrow, as `dd.mm.yyyy`', value: (now) => now.plus({ days: 1 }).toFormat('dd.MM.yyyy') },
  current_time: { meaning: 'now, as `HH:MM`', value: (now) => now.toFormat('HH:mm') },
  weekday: { meaning: 'the day of the week: 1 is Monday, 7 is Sunday', value: (now) => now.weekday },
  timestamp: { meaning: 'seconds since 1970 in UTC', value: (now) => Math.floor(now.toSeconds()) },
  E: { meaning: "Euler's number", value: () => Math.E },
  PI: { meaning: 'the number pi', value: () => Math.PI },
}

export function builtInVariable(name: string, now: () => DateTime): MaybeValue {
  return Object.hasOwn(builtInVariables, name) ? builtInVariables[name]!.value(now()) : undefined
}
