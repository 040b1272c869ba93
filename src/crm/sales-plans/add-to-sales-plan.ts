import { getContact } from '../../contacts/get-contact.ts'
import type { Tx } from '../../platform/database/database.ts'
import { invalidInput } from '../../platform/faults.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { getDeal } from '../get-deal.ts'
import { chosenSalesPlan, type PlanChoice } from './get-sales-plan.ts'
import type { SalesPlanEntry } from './sales-plan.ts'
import { findEntry, insertEntry } from './sales-plans.store.ts'

/**
 * Adds a contact to a plan, with the deal that it came with; one that is in it already stays as it was, and nothing is
 * recorded. Throws `invalid`, `not_found`.
 */
export async function addToSalesPlan(
  tx: Tx,
  context: WorkContext,
  input: PlanChoice & { contactId: number; dealId?: number | null },
): Promise<SalesPlanEntry> {
  const { projectId, now } = context
  const plan = await chosenSalesPlan(tx, projectId, input)
  const { id: contactId } = await getContact(tx, projectId, input.contactId)
  const dealId = input.dealId ?? null
  if (dealId !== null && (await getDeal(tx, projectId, dealId)).deal.contactId !== contactId) {
    throw invalidInput('sales plan', [
      { path: 'dealId', message: `is of another contact; expected one of ${contactId}` },
    ])
  }
  const entry = await insertEntry(tx, { projectId, planId: plan.id, contactId, dealId, addedAt: now })
  if (!entry) return (await findEntry(tx, plan.id, contactId))!
  await recordWork(tx, context, 'sales_plan.contact_added', { contactId, dealId }, { planId: plan.id, name: plan.name })
  return entry
}
