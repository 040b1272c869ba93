import { z } from 'zod'

const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/** A length of time as people write it in a flow: `30s`, `5m`, `3h`, `2d`, `1w`. */
export const durationSchema = z
  .string()
  .regex(/^[1-9]\d{0,5}[smhdw]$/, 'expected a whole number and a unit of s, m, h, d or w, such as 30s or 3d')

/** Milliseconds of such a length; a day is 24 hours. */
export function durationMs(duration: string): number {
  const unit = duration.at(-1) as keyof typeof units
  return Number(duration.slice(0, -1)) * units[unit]
}
