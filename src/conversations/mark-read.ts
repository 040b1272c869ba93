import type { Tx } from '../platform/database/database.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import type { Conversation } from './conversation.ts'
import { conversationForUpdate } from './get-conversation.ts'
import { updateConversationRow } from './inbox.store.ts'

/** Counts nothing in a conversation as unread any more. Throws `not_found`. */
export async function markRead(tx: Tx, context: WorkContext, input: { conversationId: number }): Promise<Conversation> {
  const before = await conversationForUpdate(tx, context.projectId, input.conversationId)
  if (before.unread === 0) return before
  const conversation = await updateConversationRow(tx, before.id, { unread: 0 })
  const subject = { contactId: before.contactId, conversationId: before.id }
  await recordWork(tx, context, 'conversation.read', subject, { unread: before.unread })
  return conversation
}
