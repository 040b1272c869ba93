import { DateTime } from 'luxon'
import { forever } from './contact.ts'

/** The usual ends of a block. */
export const blockPresets = ['hour', 'tomorrow', 'next_week', 'next_month', 'forever'] as const
export type BlockPreset = (typeof blockPresets)[number]

/**
 * When a block that begins now ends: an hour from now; or at midnight, where the next day, the next Monday or the first
 * day of the next month begins in the time zone (IANA); or never.
 */
export function blockUntil(preset: BlockPreset, now: Date, timeZone: string): Date {
  const local = DateTime.fromJSDate(now, { zone: timeZone })
  switch (preset) {
    case 'hour':
      return local.plus({ hours: 1 }).toJSDate()
    case 'tomorrow':
      return local.plus({ days: 1 }).startOf('day').toJSDate()
    case 'next_week':
      return local.plus({ weeks: 1 }).startOf('week').toJSDate()
    case 'next_month':
      return local.plus({ months: 1 }).startOf('month').toJSDate()
    case 'forever':
      return forever
  }
}
