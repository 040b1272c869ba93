import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import type { Message } from '../conversation.ts'
import { findMessage, reopenMessage } from '../inbox.store.ts'

/**
 * Sends a message again that could not be sent; what was tried stays recorded. Wake the deliveries after the commit. Throws
 * `not_found`, and `conflict` when the message was sent or is still being tried.
 */
export async function resendMessage(tx: Tx, context: WorkContext, input: { messageId: number }): Promise<Message> {
  const { projectId, now } = context
  const found = await findMessage(tx, projectId, input.messageId)
  if (!found) throw new AppError('not_found', `There is no message ${input.messageId} in this project.`)
  const { message } = found
  if (!(await reopenMessage(tx, projectId, message.id, now))) {
    throw new AppError(
      'conflict',
      `Message ${message.id} is ${message.status}; only one that failed for good is sent again.`,
    )
  }
  const subject = { contactId: message.contactId, conversationId: message.conversationId }
  await recordWork(tx, context, 'message.resent', subject, { message: message.id })
  return { ...message, status: 'pending', error: null }
}
