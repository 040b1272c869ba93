import { z } from 'zod'
import type { projectVariables } from './team.table.ts'

/** A value that flows read as `{{ project.name }}`. */
export type Variable = typeof projectVariables.$inferSelect

export const variableNameSchema = z
  .string()
  .regex(
    /^[\p{L}_][\p{L}\p{N}_]{0,63}$/u,
    'expected a letter or underscore, then letters, digits and underscores, 64 at most',
  )

export const variableInputSchema = z.strictObject({
  value: z.string().max(20_000),
  secret: z.boolean().default(false).describe('Stored sealed, masked in traces and never shown again.'),
})
export type VariableInput = z.infer<typeof variableInputSchema>

/** What a sealed value is bound to, so that it cannot be moved to another place of the database. */
export function variableSeal(projectId: number, name: string): string {
  return `project-variable:${projectId}:${name}`
}
