import { z } from 'zod'
import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { parseInput } from '../../platform/faults.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { checkPeriod, readMoment } from './period.ts'
import { planFieldsSchema, type SalesPlan } from './sales-plan.ts'
import { insertPlan } from './sales-plans.store.ts'

export const newSalesPlanSchema = z.strictObject({
  ...planFieldsSchema,
  measure: planFieldsSchema.measure.default('contacts'),
})

/** Makes a sales plan. Throws `invalid`, and `conflict` when the name is taken. */
export async function createSalesPlan(
  tx: Tx,
  context: WorkContext,
  input: z.input<typeof newSalesPlanSchema>,
): Promise<SalesPlan> {
  const { projectId, now } = context
  const { startsAt, endsAt, ...fields } = parseInput(newSalesPlanSchema, input, 'sales plan')
  const period = { startsAt: readMoment(startsAt), endsAt: readMoment(endsAt) }
  checkPeriod(period)
  const plan = await insertPlan(tx, { ...fields, ...period, projectId, createdAt: now, updatedAt: now })
  if (!plan)
    throw new AppError('conflict', `The project has a sales plan "${fields.name}" already; choose another name.`)
  await recordWork(tx, context, 'sales_plan.created', {}, { planId: plan.id, name: plan.name })
  return plan
}
