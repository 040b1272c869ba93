import { z } from 'zod'
import { AppError } from '../platform/errors.ts'
import type { projects } from './team.table.ts'

/** One business. */
export type Project = typeof projects.$inferSelect

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'expected a time such as 09:30')

/** Opening hours by ISO weekday, `1` is Monday. */
export const workingHoursSchema = z
  .partialRecord(
    z.enum(['1', '2', '3', '4', '5', '6', '7']),
    z.array(z.tuple([timeOfDay, timeOfDay]).refine(([from, to]) => from !== to, 'expected two different times')),
  )
  .describe(
    'Opening hours by ISO weekday (`1` is Monday): pairs of `HH:MM` in the time zone of the project. ' +
      'A closing time before the opening one is that of the next day.',
  )

/** What a project is asked for. */
export const projectInputSchema = z.strictObject({
  name: z.string().trim().min(1).max(200),
  timeZone: z
    .string()
    .refine(isTimeZone, 'expected an IANA time zone such as Europe/Moscow')
    .describe('IANA time zone.'),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'expected a country of two capital letters such as RU')
    .describe('ISO 3166-1 alpha-2; phones without a country code are read with it.'),
  workingHours: workingHoursSchema,
  defaultFlow: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .nullable()
    .optional()
    .describe('The name of the flow that subscribers belong to where nothing else is said.'),
})
export type ProjectInput = z.infer<typeof projectInputSchema>

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return /^[A-Za-z]/.test(name)
  } catch {
    return false
  }
}

/** The error for a project that is not there. */
export function noProject(id: number): AppError {
  return new AppError('not_found', `There is no project ${id}.`)
}
