import type { Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { salesPlanForUpdate } from './get-sales-plan.ts'
import { deletePlanRow } from './sales-plans.store.ts'

/** Removes a plan; the contacts in it stay. Throws `not_found`. */
export async function deleteSalesPlan(tx: Tx, context: WorkContext, input: { planId: number }): Promise<void> {
  const plan = await salesPlanForUpdate(tx, context.projectId, input.planId)
  await deletePlanRow(tx, plan.id)
  await recordWork(tx, context, 'sales_plan.deleted', {}, { planId: plan.id, name: plan.name })
}
