import type { Tx } from '../platform/database/database.ts'
import { runTogether } from '../platform/database/statement.ts'
import { insertDeliveries } from '../platform/deliveries/deliveries.store.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import type { Capabilities } from './channel.ts'
import type { Message } from './conversation.ts'
import { drawIds, lockConversation, noteManagersMessage } from './conversations.store.ts'
import { checkWindow } from './deliver/check-window.ts'
import { messageDelivery, outboundMessage } from './deliver/message-delivery.ts'
import type { Content, ConversationKind } from './message.ts'
import { insertMessages } from './messages.store.ts'

/** What a channel can do; undefined where it is not open. */
export type CapabilitiesOf = (channelId: number, kind: ConversationKind) => Capabilities | undefined

/**
 * Says something in a conversation as an operator; it stands in line behind what is being sent there. The caller wakes the
 * deliveries after the commit. Throws `not_found`, `invalid` when there is nothing to say, and `conflict` when only a template
 * may be sent now, as far as `capabilitiesOf` knows the channel.
 */
export async function sendMessage(
  tx: Tx,
  context: WorkContext,
  input: { conversationId: number; content: Content },
  capabilitiesOf?: CapabilitiesOf,
): Promise<Message> {
  const { conversationId, content } = input
  if (content.text === '' && (content.parts ?? []).length === 0) {
    throw new AppError('invalid', 'The message is empty: expected a text, or at least one part.')
  }
  const found = await lockConversation(tx, context.projectId, conversationId)
  if (!found) throw new AppError('not_found', `There is no conversation ${conversationId} in this project.`)
  const { conversation, threadExternalId } = found
  checkWindow(conversation, content, capabilitiesOf?.(conversation.channelId, conversation.kind), context.now)
  const [block] = await drawIds(tx, 1)
  const operatorId = context.by.kind === 'operator' ? context.by.id : null
  const message = outboundMessage(
    block!.next,
    conversation,
    content,
    { operatorId, runId: null, blockId: null },
    context.now,
  )
  await runTogether(tx, [
    insertMessages([message]),
    insertDeliveries([messageDelivery(message, conversation, threadExternalId, false)], '', context.now),
    noteManagersMessage(message),
  ])
  const subject = { contactId: conversation.contactId, conversationId }
  await recordWork(tx, context, 'message.created', subject, { message: message.id, channel: conversation.channelId })
  return message
}
