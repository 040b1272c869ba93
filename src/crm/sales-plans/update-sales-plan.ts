import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { parseInput } from '../../platform/faults.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { toldFields } from '../../team/told-fields.ts'
import { salesPlanForUpdate } from './get-sales-plan.ts'
import { checkPeriod, readMoment } from './period.ts'
import { planFieldsSchema, type SalesPlan } from './sales-plan.ts'
import { isNameTaken, updatePlanRow } from './sales-plans.store.ts'

export const salesPlanUpdateSchema = z.strictObject(planFieldsSchema).partial()

/** Changes what is present of a plan. Throws `invalid`, `not_found`, and `conflict` when the name is taken. */
export async function updateSalesPlan(
  tx: Tx,
  context: WorkContext,
  input: z.input<typeof salesPlanUpdateSchema> & { planId: number },
): Promise<SalesPlan> {
  const { planId, ...rest } = input
  const { startsAt, endsAt, ...others } = parseInput(salesPlanUpdateSchema, rest, 'sales plan')
  const before = await salesPlanForUpdate(tx, context.projectId, planId)
  const wanted: Partial<SalesPlan> = { ...others, startsAt: readMoment(startsAt), endsAt: readMoment(endsAt) }
  const changed = Object.fromEntries(
    Object.entries(wanted).filter(
      ([name, value]) => value !== undefined && !isDeepStrictEqual(before[name as keyof SalesPlan], value),
    ),
  )
  if (Object.keys(changed).length === 0) return before
  checkPeriod({ ...before, ...changed })
  if (changed.name !== undefined && (await isNameTaken(tx, before, wanted.name!))) {
    throw new AppError('conflict', `The project has a sales plan "${wanted.name}" already; choose another name.`)
  }
  const plan = await updatePlanRow(tx, before.id, { ...changed, updatedAt: context.now })
  const fields = toldFields(
    Object.fromEntries(
      Object.entries(changed).map(([name, value]) => [name, [before[name as keyof SalesPlan], value]]),
    ),
  )
  await recordWork(tx, context, 'sales_plan.updated', {}, { planId: plan.id, name: plan.name, fields })
  return plan
}
