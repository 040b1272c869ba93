import type { Tx } from '../platform/database/database.ts'
import { uuid } from '../platform/ids.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import type { Conversation } from './conversation.ts'
import { conversationForUpdate } from './get-conversation.ts'
import { updateConversationRow } from './inbox.store.ts'
import type { ConversationMode } from './message.ts'
import { raiseSignal } from './receive/raise-signal.ts'

/**
 * Hands a conversation to people (`manual`) or back to its flow (`bot`), which then goes on with what was due meanwhile. Gives
 * the thread to be woken after the commit, if anything is to be done there. Throws `not_found`.
 */
export async function setMode(
  tx: Tx,
  context: WorkContext,
  input: { conversationId: number; mode: ConversationMode },
): Promise<{ conversation: Conversation; threadIds: number[] }> {
  const { projectId, now } = context
  const before = await conversationForUpdate(tx, projectId, input.conversationId)
  // What a person decides counts until another person decides: no time is over for it.
  const decided = { mode: input.mode, botReturnsAt: null }
  if (before.mode === input.mode) {
    if (before.botReturnsAt === null) return { conversation: before, threadIds: [] }
    return { conversation: await updateConversationRow(tx, before.id, decided), threadIds: [] }
  }
  const conversation = await updateConversationRow(tx, before.id, decided)
  const subject = { contactId: before.contactId, conversationId: before.id }
  await recordWork(tx, context, 'conversation.mode_changed', subject, { mode: input.mode })
  if (input.mode === 'manual') return { conversation, threadIds: [] }
  const thread = { conversationId: before.id }
  const threadId = await raiseSignal(tx, now, {
    projectId,
    thread,
    key: `resume:${uuid()}`,
    signal: 'resume',
    data: {},
  })
  return { conversation, threadIds: [threadId] }
}
