import { type Contact, contactName } from '../contacts/contact.ts'
import { getContact } from '../contacts/get-contact.ts'
import { contactIdentities } from '../contacts/people.store.ts'
import type { Queryable, Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import type { ChannelAdapter } from './channel.ts'
import type { Channel, Conversation, Message } from './conversation.ts'
import { latestConversation } from './conversations.store.ts'
import { findUnreachable } from './dialogues.store.ts'
import { getConversation } from './get-conversation.ts'
import type { Content, ConversationMode } from './message.ts'
import { openDialogue } from './open-dialogue.ts'
import { sendMessage } from './send-message.ts'
import { setMode } from './set-mode.ts'

export interface NewDialogue {
  contactId: number
  content: Content
  /** Who goes on in a conversation that begins with this; people, when absent. One that was there keeps its mode. */
  mode?: ConversationMode
}

/** A channel of the project, opened. */
export interface DialogueChannel {
  channel: Channel
  adapter: ChannelAdapter
}

/**
 * Writes to a contact on a channel, as an operator who begins: in the conversation that they have there, else in a new one.
 * The caller wakes the deliveries after the commit. Throws `invalid`, `not_found`, `conflict` when only a template may be sent, and
 * `unsupported` when the channel cannot write first, knows no way to the contact, or nothing arrives there any more.
 */
export async function startDialogue(
  tx: Tx,
  context: WorkContext,
  input: NewDialogue,
  { channel, adapter }: DialogueChannel,
): Promise<{ conversation: Conversation; message: Message; opened: boolean }> {
  const { projectId, now } = context
  const contact = await getContact(tx, projectId, input.contactId)
  const before = await latestConversation(tx, contact.id, channel.id)
  if (!before) {
    const why = await whyNot(tx, contact, { channel, adapter })
    if (why) throw new AppError('unsupported', why)
  }
  const dialogue = await openDialogue(tx, now, {
    projectId,
    contactId: contact.id,
    channelId: channel.id,
    threadFor: (identities) => adapter.threadFor?.(identities),
  })
  if (!dialogue) throw new AppError('unsupported', noWay(channel, contact))
  const { id: conversationId, lastMessageId } = dialogue.conversation
  const opened = !before && lastMessageId === null
  if (opened) {
    const subject = { contactId: contact.id, conversationId }
    await recordWork(tx, context, 'conversation.opened', subject, { channel: channel.id })
    await setMode(tx, context, { conversationId, mode: input.mode ?? 'manual' })
  }
  const said = { conversationId, content: input.content }
  const message = await sendMessage(tx, context, said, (_, kind) => adapter.capabilities(kind))
  return { conversation: await getConversation(tx, projectId, conversationId), message, opened }
}

/** Why nobody can write to a contact first on a channel on which they have no conversation; undefined when one can. */
export async function whyNot(
  db: Queryable,
  contact: Contact,
  { channel, adapter }: DialogueChannel,
): Promise<string | undefined> {
  const ref = adapter.threadFor?.(await contactIdentities(db, contact.id))
  if (adapter.capabilities(ref?.kind ?? 'direct').canWriteFirst) return ref ? undefined : noWay(channel, contact)
  const closed = await findUnreachable(db, contact.id, channel.id)
  const name = contactName(contact)
  return closed
    ? `Nothing arrives at ${name} in the channel "${channel.name}" any more: ${closed}`
    : `The channel "${channel.name}" cannot write first: ${name} has to write there before anybody can answer.`
}

function noWay(channel: Channel, contact: Contact): string {
  return `The channel "${channel.name}" knows no way to ${contactName(contact)}: it can use none of the phones, e-mails and other identities of this contact.`
}
