import type { Conversation, Message } from '../conversation.ts'
import type { OwnMessageEvent } from '../event.ts'
import type { ApplyTools } from './apply-tools.ts'
import { knowsMessage, planReturn } from './take-over.store.ts'
import type { ThreadQueue } from './thread-queue.ts'

/**
 * Stores what somebody of the team wrote in the vendor's own app. In a conversation between two it takes the bot's place until
 * the time that the channel names is over, or until somebody gives it back; in a group it counts as a manager's word.
 */
export async function applyOwnMessage(
  { tx, writes, nextId }: ApplyTools,
  thread: ThreadQueue,
  conversation: Conversation,
  event: OwnMessageEvent,
): Promise<void> {
  const said = event.message
  const isOurs = ({ conversationId, externalId }: Message) =>
    conversationId === conversation.id && externalId === said.externalId
  if (writes.messages.some(isOurs) || (await knowsMessage(tx, conversation.id, said.externalId))) return
  const message: Message = {
    id: nextId(),
    projectId: thread.projectId,
    conversationId: conversation.id,
    direction: 'outbound',
    contactId: null,
    cameBy: null,
    operatorId: null,
    runId: null,
    blockId: null,
    externalId: said.externalId,
    text: said.text,
    entities: said.entities ?? null,
    parts: said.parts ?? null,
    replyToExternalId: said.replyToExternalId ?? null,
    addressesBot: false,
    albumId: null,
    reactions: null,
    status: 'sent',
    error: null,
    hidden: null,
    at: new Date(event.at),
    editedAt: null,
    deletedAt: null,
  }
  writes.messages.push(message)
  const by = { kind: 'channel', id: thread.channelId }
  const about = {
    projectId: thread.projectId,
    contactId: conversation.contactId,
    conversationId: conversation.id,
    at: writes.now,
  }
  writes.changes.push({
    ...about,
    kind: 'message.created',
    data: { message: message.id, channel: thread.channelId, by },
  })
  const patch = writes.conversation(conversation.id)
  if (conversation.kind === 'group') {
    patch.managerWrote = true
    conversation.managerWrote = true
    return
  }
  if (conversation.mode === 'bot') {
    patch.mode = 'manual'
    conversation.mode = 'manual'
    writes.changes.push({ ...about, kind: 'conversation.mode_changed', data: { mode: 'manual', by } })
  } else if (conversation.botReturnsAt === null) {
    // People have it for good, by hand: one more word of theirs changes nothing of that.
    return
  }
  await planReturn(tx, conversation.id, thread.channelId, writes.now)
}
