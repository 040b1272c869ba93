import type { Conversation } from '../../conversations/conversation.ts'
import { conversationForUpdate } from '../../conversations/get-conversation.ts'
import type { Tx } from '../../platform/database/database.ts'
import { currentDeal } from '../current-deal.ts'
import type { PlacedDeal } from '../deals.store.ts'
import { dealForUpdate } from '../get-deal.ts'

/** Whom an operator is for: a contact, the conversation with them, their deal; at least one of them is known. */
export interface Client {
  contactId: number | null
  conversationId: number | null
  /** The deal that is meant; the contact's current one when absent. */
  dealId?: number | null
}

/** A client as it is, its conversation and deal locked until the transaction ends. */
export interface LockedClient {
  contactId: number | null
  conversation: Conversation | undefined
  deal: PlacedDeal | undefined
}

/**
 * Finds what belongs to a client. Its locks come before that of a rule, the conversation's first, as on the message path.
 * Throws `not_found`.
 */
export async function lockClient(tx: Tx, projectId: number, client: Client): Promise<LockedClient> {
  const { conversationId } = client
  const conversation = conversationId === null ? undefined : await conversationForUpdate(tx, projectId, conversationId)
  const known = client.contactId ?? conversation?.contactId ?? null
  const dealId = client.dealId ?? (known === null ? undefined : (await currentDeal(tx, projectId, known))?.deal.id)
  const deal = dealId === undefined ? undefined : await dealForUpdate(tx, projectId, dealId)
  return { contactId: known ?? deal?.deal.contactId ?? null, conversation, deal }
}
