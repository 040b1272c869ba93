import type { Tx } from '../platform/database/database.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import type { Conversation } from './conversation.ts'
import { conversationForUpdate } from './get-conversation.ts'
import { updateConversationRow } from './inbox.store.ts'

/**
 * Counts one more message of a conversation as unread, or, with a count other than 1, exactly so many. A step of a flow does
 * it by its action instead, which knows what the messages of its batch add. Throws `not_found`.
 */
export async function addUnread(
  tx: Tx,
  context: WorkContext,
  input: { conversationId: number; count?: number },
): Promise<Conversation> {
  const before = await conversationForUpdate(tx, context.projectId, input.conversationId)
  const unread = unreadAfter(before.unread, input.count)
  if (unread === before.unread) return before
  const conversation = await updateConversationRow(tx, before.id, { unread })
  const subject = { contactId: before.contactId, conversationId: before.id }
  await recordWork(tx, context, 'conversation.marked_unread', subject, { from: before.unread, to: unread })
  return conversation
}

/** What is unread after more of it was told: nothing or 1 adds one, another number is the count itself. */
export function unreadAfter(unread: number, count = 1): number {
  return count === 1 ? unread + 1 : Math.max(0, Math.trunc(count))
}
