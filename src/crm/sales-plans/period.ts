import { invalidInput } from '../../platform/faults.ts'

/** When a plan begins and ends to count; null: it always has, it always will. */
export interface Period {
  startsAt?: Date | null
  endsAt?: Date | null
}

/** A moment as the API takes it. */
export function readMoment(text: string | null | undefined): Date | null | undefined {
  return text ? new Date(text) : (text as null | undefined)
}

/** Throws `invalid` when a period ends before it begins. */
export function checkPeriod({ startsAt, endsAt }: Period): void {
  if (!startsAt || !endsAt || startsAt < endsAt) return
  const message = `is ${endsAt.toISOString()}; expected a moment after startsAt, which is ${startsAt.toISOString()}`
  throw invalidInput('sales plan', [{ path: 'endsAt', message }])
}
