import { DateTime } from 'luxon'
import type { Fault } from '../../platform/errors.ts'
import { invalidInput } from '../../platform/faults.ts'

/** How the moment by which something is to be done was written. */
export interface WrittenDue {
  /** ISO 8601, or `dd.mm.yyyy`, also with `HH:MM`. Null takes the moment away. */
  dueAt?: string | null
  /** `HH:MM`; wins over a time in `dueAt`. */
  dueTime?: string | null
}

/** The time of a day for which none was written: its last minute. */
const endOfDay = { hour: 23, minute: 59 }

/**
 * The moment that was meant. What is absent stays as it is in `current`: a time alone is one of the day that is known, else
 * of today. Throws `invalid` that names what cannot be read.
 *
 * @param timeZone the project's, IANA; it counts where no offset is written.
 */
export function readDue(written: WrittenDue, current: Date | null, now: Date, timeZone: string): Date | null {
  const day = dayOf(written.dueAt, current, now, timeZone)
  if (!written.dueTime) return day?.at.toJSDate() ?? null
  if (!day && written.dueAt === null) refuse('dueTime', `"${written.dueTime}" needs a day; expected dueAt too`)
  const time = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(written.dueTime.trim())
  if (!time) return refuse('dueTime', `"${written.dueTime}" is no time of day; expected HH:MM such as 18:30`)
  const at = day?.at ?? DateTime.fromJSDate(now, { zone: timeZone })
  const clock = { hour: Number(time[1]), minute: Number(time[2]), second: 0, millisecond: 0 }
  return at.setZone(timeZone).set(clock).toJSDate()
}

function dayOf(
  text: string | null | undefined,
  current: Date | null,
  now: Date,
  timeZone: string,
): { at: DateTime } | undefined {
  if (text === null) return undefined
  if (text === undefined) return current ? { at: DateTime.fromJSDate(current, { zone: timeZone }) } : undefined
  const trimmed = text.trim()
  const options = { zone: timeZone }
  const isDay = /^(\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4})$/.test(trimmed)
  const at = [
    DateTime.fromISO(/^\d{4}-\d{2}-\d{2}/.test(trimmed) ? trimmed.replace(' ', 'T') : '', options),
    DateTime.fromFormat(trimmed, 'd.M.yyyy', options),
    DateTime.fromFormat(trimmed, 'd.M.yyyy H:mm', options),
  ].find((candidate) => candidate.isValid)
  if (!at || Math.abs(at.year - now.getUTCFullYear()) > 1000) {
    return refuse('dueAt', `"${text}" is no date; expected one such as 2026-11-30T18:00:00+03:00 or 30.11.2026`)
  }
  return { at: isDay ? at.set(endOfDay) : at }
}

function refuse(path: Fault['path'], message: string): never {
  throw invalidInput('task', [{ path, message }])
}
