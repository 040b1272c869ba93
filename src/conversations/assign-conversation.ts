import type { Tx } from '../platform/database/database.ts'
import type { WorkContext } from '../team/context.ts'
import { readOperator } from '../team/read-operator.ts'
import { recordWork } from '../team/record-work.ts'
import type { Conversation } from './conversation.ts'
import { conversationForUpdate } from './get-conversation.ts'
import { updateConversationRow } from './inbox.store.ts'

/** Gives a conversation to an operator, or takes it from everybody (null). Throws `not_found`. */
export async function assignConversation(
  tx: Tx,
  context: WorkContext,
  input: { conversationId: number; operatorId: number | null },
): Promise<Conversation> {
  const { projectId } = context
  const before = await conversationForUpdate(tx, projectId, input.conversationId)
  if (before.assigneeId === input.operatorId) return before
  if (input.operatorId !== null) await readOperator(tx, projectId, input.operatorId)
  const conversation = await updateConversationRow(tx, before.id, { assigneeId: input.operatorId })
  const subject = { contactId: before.contactId, conversationId: before.id }
  await recordWork(tx, context, 'conversation.assigned', subject, { from: before.assigneeId, to: input.operatorId })
  return conversation
}
