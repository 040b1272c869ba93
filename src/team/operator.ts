import { z } from 'zod'
import type { operators } from './team.table.ts'

/** A person of the team, or the service behind an API key. */
export type Operator = typeof operators.$inferSelect

/** What a person of the team is asked for; service operators come with their API keys. */
export const operatorInputSchema = z.strictObject({
  name: z.string().trim().min(1).max(200),
  email: z.email().max(320).nullable().default(null),
  role: z.enum(['owner', 'admin', 'manager']),
  onShift: z.boolean().default(true).describe('Whether conversations are given to this person now.'),
})
export type OperatorInput = z.infer<typeof operatorInputSchema>
