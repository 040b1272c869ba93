import type { Conversation, Message } from '../conversation.ts'
import type { ChannelEvent, Person } from '../event.ts'
import { editMessage, markDeleted, setReactions } from '../messages.store.ts'
import { personIn } from './admit-threads.ts'
import type { ApplyTools } from './apply-tools.ts'
import type { BatchWrites } from './batch-writes.store.ts'
import { operatorIn } from './speaking-operators.store.ts'
import type { ThreadQueue } from './thread-queue.ts'

/** Its author changed a message. */
export async function applyEdit(
  { tx, writes }: ApplyTools,
  conversation: Conversation,
  event: Extract<ChannelEvent, { kind: 'edit' }>,
): Promise<void> {
  const fresh = messageInBatch(writes, conversation, event.message.externalId)
  if (fresh) {
    fresh.text = event.message.text
    fresh.entities = event.message.entities ?? null
    fresh.parts = event.message.parts ?? null
    fresh.editedAt = new Date(event.at)
  }
  const edit = { ...event.message, at: new Date(event.at) }
  const id = fresh?.id ?? (await editMessage(tx, conversation.id, event.message.externalId, edit))
  // A place that moves is told all the time, and by no word.
  if (id === undefined || event.message.text === '') return
  writes.changes.push({
    projectId: conversation.projectId,
    kind: 'message.edited',
    contactId: conversation.contactId,
    conversationId: conversation.id,
    data: { message: id, channel: conversation.channelId },
    at: writes.now,
  })
}

/** A message was taken back. */
export async function applyDeletion(
  { tx, writes }: ApplyTools,
  conversation: Conversation,
  event: Extract<ChannelEvent, { kind: 'deletion' }>,
): Promise<void> {
  const fresh = messageInBatch(writes, conversation, event.messageExternalId)
  if (fresh) fresh.deletedAt = new Date(event.at)
  else await markDeleted(tx, conversation.id, event.messageExternalId, new Date(event.at))
}

/** Somebody's reactions to a message are others now. */
export async function applyReaction(
  tools: ApplyTools,
  thread: ThreadQueue,
  conversation: Conversation,
  { messageExternalId, sender, reactions }: Extract<ChannelEvent, { kind: 'reaction' }>,
): Promise<void> {
  const person = personLabel(tools, thread, sender)
  const fresh = messageInBatch(tools.writes, conversation, messageExternalId)
  if (!fresh) return setReactions(tools.tx, conversation.id, messageExternalId, person, reactions)
  const { [person]: _, ...others } = fresh.reactions ?? {}
  fresh.reactions = reactions.length === 0 ? others : { ...others, [person]: reactions }
}

/** A message that this batch stores and the database does not know yet. */
function messageInBatch(writes: BatchWrites, conversation: Conversation, externalId: string): Message | undefined {
  return writes.messages.find((other) => other.conversationId === conversation.id && other.externalId === externalId)
}

/** Whose reactions they are: an operator's, a contact's, or of an account that is neither. */
function personLabel({ people, operators }: ApplyTools, thread: ThreadQueue, person: Person): string {
  const operator = thread.conversation?.kind === 'group' && operatorIn(operators, thread.projectId, person)
  if (operator) return `operator:${operator.id}`
  const contact = thread.contact ?? personIn(people, thread.projectId, person)
  return contact ? `contact:${contact.id}` : `${person.identities[0]?.kind}:${person.identities[0]?.value}`
}
