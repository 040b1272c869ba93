import type { Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { chosenSalesPlan, type PlanChoice } from './get-sales-plan.ts'
import { deleteEntry } from './sales-plans.store.ts'

/** Takes a contact out of a plan; one that is not in it stays outside, and nothing is recorded. Throws `invalid`, `not_found`. */
export async function removeFromSalesPlan(
  tx: Tx,
  context: WorkContext,
  input: PlanChoice & { contactId: number },
): Promise<void> {
  const plan = await chosenSalesPlan(tx, context.projectId, input)
  const entry = await deleteEntry(tx, plan.id, input.contactId)
  if (!entry) return
  const { contactId, dealId } = entry
  await recordWork(
    tx,
    context,
    'sales_plan.contact_removed',
    { contactId, dealId },
    { planId: plan.id, name: plan.name },
  )
}
