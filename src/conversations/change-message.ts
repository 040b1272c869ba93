import type { Tx } from '../platform/database/database.ts'
import { runTogether } from '../platform/database/statement.ts'
import { insertDeliveries } from '../platform/deliveries/deliveries.store.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import type { Message } from './conversation.ts'
import { drawIds, lockConversation } from './conversations.store.ts'
import { changeDelivery } from './deliver/message-delivery.ts'
import { findMessage } from './inbox.store.ts'
import type { Content } from './message.ts'
import { editMessage } from './messages.store.ts'
import type { CapabilitiesOf } from './send-message.ts'

/** A message is looked for again after so many milliseconds while it is on its way. */
const sendingMs = 2000

/**
 * Changes what a message of ours says, here and at its receiver. The caller wakes the deliveries after the commit. Throws
 * `not_found`, `unsupported` where the channel cannot change messages, and `conflict`: retryable while the message is still
 * being sent, for good when it never arrived or was taken back.
 */
export async function changeMessage(
  tx: Tx,
  context: WorkContext,
  input: { messageId: number; content: Content },
  capabilitiesOf: CapabilitiesOf,
): Promise<Message> {
  const found = await findMessage(tx, context.projectId, input.messageId)
  if (found?.message.direction !== 'outbound')
    throw new AppError('not_found', `There is no message ${input.messageId} of ours in this project.`)
  const placed = await lockConversation(tx, context.projectId, found.message.conversationId)
  const { message } = found
  if (!placed || message.deletedAt) throw new AppError('conflict', `Message ${message.id} was taken back.`)
  const { conversation, threadExternalId } = placed
  if (!capabilitiesOf(conversation.channelId, conversation.kind)?.edit)
    throw new AppError('unsupported', 'The channel of this message cannot change what was sent.')
  const { externalId } = message
  if (externalId === null) {
    const isOnItsWay = message.status === 'pending'
    throw new AppError('conflict', `Message ${message.id} ${isOnItsWay ? 'is still being sent' : 'never arrived'}.`, {
      retryable: isOnItsWay,
      ...(isOnItsWay && { retryAfterMs: sendingMs }),
    })
  }
  const [block] = await drawIds(tx, 1)
  await editMessage(tx, conversation.id, externalId, { ...input.content, at: context.now })
  const delivery = changeDelivery(
    block!.next,
    { ...message, externalId },
    conversation,
    threadExternalId,
    input.content,
  )
  await runTogether(tx, [insertDeliveries([{ ...delivery, dueAt: context.now }], '', context.now)])
  const subject = { contactId: conversation.contactId, conversationId: conversation.id }
  await recordWork(tx, context, 'message.edited', subject, { message: message.id, channel: conversation.channelId })
  return { ...message, text: input.content.text, editedAt: context.now }
}
