import type { Tx } from '../platform/database/database.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { deleteWaiting } from './assignments.store.ts'
import type { Conversation } from './conversation.ts'
import { conversationForUpdate } from './get-conversation.ts'
import { updateConversationRow } from './inbox.store.ts'

/** Takes a conversation from its operator; it waits for no other one either. Throws `not_found`. */
export async function releaseConversation(
  tx: Tx,
  context: WorkContext,
  input: { conversationId: number },
): Promise<Conversation> {
  const before = await conversationForUpdate(tx, context.projectId, input.conversationId)
  await deleteWaiting(tx, { conversationId: before.id })
  if (before.assigneeId === null) return before
  const conversation = await updateConversationRow(tx, before.id, { assigneeId: null })
  const subject = { contactId: before.contactId, conversationId: before.id }
  await recordWork(tx, context, 'conversation.released', subject, { from: before.assigneeId })
  return conversation
}
