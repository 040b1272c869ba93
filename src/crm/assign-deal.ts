import type { AssignmentReason } from '../conversations/assign-conversation.ts'
import { deleteWaiting } from '../conversations/assignments.store.ts'
import type { Tx } from '../platform/database/database.ts'
import type { WorkContext } from '../team/context.ts'
import { readOperator } from '../team/read-operator.ts'
import { recordWork } from '../team/record-work.ts'
import type { Deal } from './deal.ts'
import { updateDealRow } from './deals.store.ts'
import { dealForUpdate } from './get-deal.ts'

/** Makes an operator responsible for a deal, or nobody (null). Throws `not_found`. */
export async function assignDeal(
  tx: Tx,
  context: WorkContext,
  input: { dealId: number; operatorId: number | null; why?: AssignmentReason },
): Promise<Deal> {
  const { dealId, operatorId, why } = input
  const { deal: before } = await dealForUpdate(tx, context.projectId, dealId)
  await deleteWaiting(tx, { dealId })
  if (before.responsibleId === operatorId) return before
  if (operatorId !== null) await readOperator(tx, context.projectId, operatorId)
  const deal = await updateDealRow(tx, dealId, { responsibleId: operatorId, updatedAt: context.now })
  const subject = { dealId, contactId: deal.contactId, conversationId: deal.conversationId }
  await recordWork(tx, context, 'deal.assigned', subject, { from: before.responsibleId, to: operatorId, ...why })
  return deal
}
