import { DateTime } from 'luxon'
import { z } from 'zod'
import { workingHoursSchema } from './project.ts'
import type { operators } from './team.table.ts'
import { isOpen } from './working-hours.ts'

/** A person of the team, or the service behind an API key. */
export type Operator = typeof operators.$inferSelect

/** What a person of the team is asked for; service operators come with their API keys. */
export const operatorInputSchema = z.strictObject({
  name: z.string().trim().min(1).max(200),
  email: z.email().max(320).nullable().default(null),
  role: z.enum(['owner', 'admin', 'manager']),
  onShift: z.boolean().default(true).describe('Whether conversations are given to this person now.'),
  workingHours: workingHoursSchema
    .nullable()
    .default(null)
    .describe('Within a shift, work is given to this person in these hours only. Null: all the time.'),
  share: z
    .int()
    .min(0)
    .max(1000)
    .default(1)
    .describe('How many of each round this person is given where distribution goes by share; 0: none.'),
})
export type OperatorInput = z.infer<typeof operatorInputSchema>

/** Whether work can be given to this operator now: a person on shift and within their working hours. `timeZone` is the project's, IANA. */
export function isAvailable(
  { role, onShift, workingHours }: Pick<Operator, 'role' | 'onShift' | 'workingHours'>,
  timeZone: string,
  now: Date,
): boolean {
  if (role === 'service' || !onShift) return false
  return workingHours === null || isOpen(workingHours, DateTime.fromJSDate(now, { zone: timeZone }))
}
