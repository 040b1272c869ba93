import { setResponsible } from '../../contacts/set-responsible.ts'
import { type AssignmentReason, assignConversation } from '../../conversations/assign-conversation.ts'
import type { Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { assignDeal } from '../assign-deal.ts'
import type { LockedClient } from './client.ts'

/** What an operator becomes responsible for besides the conversation. */
export interface Together {
  withContact: boolean
  withDeal: boolean
}

/**
 * Gives a client to an operator: the conversation, and with it contact and deal where that is wanted. Without a conversation
 * the deal is what is given, and without a deal the contact.
 */
export async function giveClient(
  tx: Tx,
  context: WorkContext,
  client: LockedClient,
  { operatorId, withContact, withDeal, why }: { operatorId: number; why?: AssignmentReason } & Together,
): Promise<void> {
  const { conversation, deal, contactId } = client
  if (conversation) await assignConversation(tx, context, { conversationId: conversation.id, operatorId, why })
  if (deal && (withDeal || !conversation)) await assignDeal(tx, context, { dealId: deal.deal.id, operatorId, why })
  if (contactId !== null && (withContact || (!conversation && !deal)))
    await setResponsible(tx, context, { contactId, operatorId, why })
}
