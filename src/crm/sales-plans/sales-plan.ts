import { z } from 'zod'
import { nameSchema } from '../create-spot.ts'
import type { PlanMeasure, salesPlanEntries, salesPlans } from './sales-plans.table.ts'

/** A named list that contacts are added to, with a target. */
export type SalesPlan = typeof salesPlans.$inferSelect

/** A contact in a plan. */
export type SalesPlanEntry = typeof salesPlanEntries.$inferSelect

/** How far a plan has come. */
export interface PlanProgress {
  /** Contacts that were added within the plan's period. */
  contacts: number
  /** Deals of the plan's contacts that were won within its period, in its currency. */
  wonDeals: number
  /** What these are worth together. */
  wonBudget: number
  /** The one of these that the plan counts. */
  value: number
  target: number
  /** Of the target, to a tenth; above 100 when more was reached. */
  percent: number
}

export const planMeasures = ['contacts', 'won_budget'] as const satisfies readonly PlanMeasure[]

const momentInput = z.iso.datetime({ offset: true, error: 'expected a moment such as 2026-11-01T00:00:00+03:00' })

export const planFieldsSchema = {
  name: nameSchema,
  description: z.string().max(20_000).nullable().optional(),
  measure: z
    .enum(planMeasures)
    .describe('What counts: the contacts added, or the budgets of the deals that were won with them.'),
  target: z.number().positive().max(1e15),
  currency: z
    .string()
    .regex(/^[A-Za-z]{3}$/, 'expected a currency of ISO 4217 such as EUR')
    .toUpperCase()
    .nullable()
    .optional()
    .describe('Only deals of this currency count; all do when absent.'),
  startsAt: momentInput.nullable().optional().describe('What happens before does not count.'),
  endsAt: momentInput.nullable().optional().describe('What happens from then on does not count.'),
}
