import type { Tx } from '../platform/database/database.ts'
import type { WorkContext } from '../team/context.ts'
import { readOperator } from '../team/read-operator.ts'
import { recordWork } from '../team/record-work.ts'
import { deleteWaiting, insertAssignment } from './assignments.store.ts'
import type { Conversation } from './conversation.ts'
import { conversationForUpdate } from './get-conversation.ts'
import { updateConversationRow } from './inbox.store.ts'
import { releaseConversation } from './release-conversation.ts'

/** Why somebody was given something, where it was not just told: recorded with the change. */
export interface AssignmentReason {
  /** The rule of distribution that chose. */
  rule?: { id: number; name: string }
  /** The operator had this contact before. */
  sticky?: true
}

/** Gives a conversation to an operator, or takes it from everybody (null). Throws `not_found`. */
export async function assignConversation(
  tx: Tx,
  context: WorkContext,
  input: { conversationId: number; operatorId: number | null; why?: AssignmentReason },
): Promise<Conversation> {
  const { conversationId, operatorId, why } = input
  if (operatorId === null) return releaseConversation(tx, context, { conversationId })
  const before = await conversationForUpdate(tx, context.projectId, conversationId)
  if (before.assigneeId === operatorId) return before
  await readOperator(tx, context.projectId, operatorId)
  const conversation = await updateConversationRow(tx, before.id, { assigneeId: operatorId })
  await insertAssignment(tx, { conversationId: before.id, operatorId, at: context.now })
  await deleteWaiting(tx, { conversationId: before.id })
  const subject = { contactId: before.contactId, conversationId: before.id }
  await recordWork(tx, context, 'conversation.assigned', subject, { from: before.assigneeId, to: operatorId, ...why })
  return conversation
}
