import { setResponsible } from '../../contacts/set-responsible.ts'
import { releaseConversation } from '../../conversations/release-conversation.ts'
import type { Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { type Client, lockClient } from './client.ts'

/**
 * Takes a client from their operator: nobody has the conversation, and nobody is responsible for the contact. The deal keeps
 * its responsible, as the work on it is not undone. Throws `not_found`.
 */
export async function releaseClient(tx: Tx, context: WorkContext, client: Client): Promise<void> {
  const { conversation, contactId } = await lockClient(tx, context.projectId, client)
  if (conversation) await releaseConversation(tx, context, { conversationId: conversation.id })
  if (contactId !== null) await setResponsible(tx, context, { contactId, operatorId: null })
}
