import type { Tx } from '../platform/database/database.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { dealView } from './deal.ts'
import { deleteDealRow, releaseConversations } from './deals.store.ts'
import { dealForUpdate } from './get-deal.ts'

/**
 * Removes a deal with the history of its moves. Its tasks and notes stay with the contact; `deal.deleted` keeps how the
 * deal stood. Throws `not_found`.
 */
export async function deleteDeal(tx: Tx, context: WorkContext, input: { dealId: number }): Promise<void> {
  const { deal, place } = await dealForUpdate(tx, context.projectId, input.dealId)
  await releaseConversations(tx, deal)
  await deleteDealRow(tx, deal.id)
  const subject = { dealId: deal.id, contactId: deal.contactId, conversationId: deal.conversationId }
  await recordWork(tx, context, 'deal.deleted', subject, { deal: dealView(deal, place) })
}
