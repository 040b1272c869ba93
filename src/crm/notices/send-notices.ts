import { lockConversation } from '../../conversations/conversations.store.ts'
import { sendMessage } from '../../conversations/send-message.ts'
import type { RecordedChange } from '../../platform/changes.ts'
import type { Tx } from '../../platform/database/database.ts'
import { updateNoticeRow } from '../tasks/notices.store.ts'
import { noticesToSend } from './told-operators.store.ts'

/** The kinds of changes that notices are sent for. */
export const noticeKinds = ['operator.notified'] as const

/**
 * Sends notices to the operators' own messengers, each in the conversation where they wrote last as a contact. Gives the channels to be
 * woken. What was sent already, such as a reminder of a task, is left alone.
 */
export async function sendNotices(tx: Tx, changes: Pick<RecordedChange, 'data'>[], now: Date): Promise<number[]> {
  const ids = changes.map(({ data }) => Number(data.noticeId))
  const channels = new Set<number>()
  for (const { id, projectId, text, conversationId } of await noticesToSend(tx, ids)) {
    const dialogue = await lockConversation(tx, projectId, conversationId)
    if (!dialogue) continue
    const context = { projectId, now, by: { kind: 'system' as const } }
    const message = await sendMessage(tx, context, { conversationId, content: { text } })
    await updateNoticeRow(tx, id, { messageId: message.id })
    channels.add(dialogue.conversation.channelId)
  }
  return [...channels]
}
