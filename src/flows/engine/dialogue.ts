import type { Conversation, Message } from '../../conversations/conversation.ts'
import { lockConversation, type PlacedConversation } from '../../conversations/conversations.store.ts'
import { checkWindow } from '../../conversations/deliver/check-window.ts'
import { messageDelivery, outboundMessage } from '../../conversations/deliver/message-delivery.ts'
import type { Content } from '../../conversations/message.ts'
import { openDialogue } from '../../conversations/open-dialogue.ts'
import { AppError } from '../../platform/errors.ts'
import type { RunState, ThreadContext } from './thread-context.ts'

/** Where a run talks. */
export interface Dialogue {
  conversation: Conversation
  threadExternalId: string
}

/**
 * The conversation in which a run talks. One without a conversation opens its dialogue through the sending channel, or goes on
 * where the contact wrote last. Throws `unsupported` when there is no way to the contact.
 */
export async function dialogueOf(context: ThreadContext, state: RunState): Promise<Dialogue> {
  const known = await knownDialogue(context, state)
  if (known) return known
  const { contactId, sendingChannelId } = state.run
  const opened =
    contactId === null
      ? undefined
      : await openDialogue(context.tx, context.now, {
          projectId: state.run.projectId,
          contactId,
          channelId: sendingChannelId,
          threadFor: (identities) =>
            sendingChannelId ? context.channels.threadFor(sendingChannelId, identities) : undefined,
        })
  if (!opened) {
    throw new AppError(
      'unsupported',
      sendingChannelId
        ? 'The sending channel has no way to write to this contact first: it knows no identity of theirs that it could use.'
        : 'This run has no conversation to talk in, and the contact has not written in any channel yet. Name a sending channel in "create deal", or in the postback.',
    )
  }
  const placed = await enter(context, state, opened.conversation.id)
  return placed ?? opened
}

/** The run's conversation, when it has one. */
export async function knownDialogue(context: ThreadContext, state: RunState): Promise<Dialogue | undefined> {
  const { conversation, externalId } = context.thread
  const id = state.run.conversationId
  // A run without a conversation that a call moves talks where the contact writes.
  if (conversation && (id === conversation.id || (id === null && conversation.kind !== 'call'))) {
    state.run.conversationId = conversation.id
    return { conversation, threadExternalId: externalId }
  }
  if (id === null) return undefined
  return enter(context, state, id)
}

/**
 * The conversation that a contact has with an e-mail address in a mailbox, the latest one; opened when there is none. The run
 * stays where it is. Throws `unsupported` when the mailbox knows no way to the address.
 */
export async function emailDialogueOf(
  context: ThreadContext,
  { contactId, channel, email }: { contactId: number; channel: { id: number; name: string }; email: string },
): Promise<Dialogue> {
  const opened = await openDialogue(context.tx, context.now, {
    projectId: context.project.id,
    contactId,
    channelId: channel.id,
    identity: { kind: 'email', value: email },
    threadFor: (identities) => context.channels.threadFor(channel.id, identities),
  })
  if (!opened) {
    throw new AppError(
      'unsupported',
      `The channel "${channel.name}" has no way to write to ${email} first; it may be switched off.`,
    )
  }
  const { conversation, externalId } = context.thread
  if (conversation?.id === opened.conversation.id) return { conversation, threadExternalId: externalId }
  return (await locked(context, opened.conversation.id)) ?? opened
}

/** A conversation in which a step says something while its run stays where it is. Throws `not_found`. */
export async function dialogueIn(context: ThreadContext, conversationId: number): Promise<Dialogue> {
  const { conversation, externalId } = context.thread
  if (conversation?.id === conversationId) return { conversation, threadExternalId: externalId }
  const placed = await locked(context, conversationId)
  if (placed) return placed
  throw new AppError('not_found', `There is no conversation ${conversationId} in this project.`)
}

/**
 * Another thread's conversation: its lock is taken and numbers are drawn anew, so that what is said there stands behind what
 * others have said. From now on the run is moved under that thread's lock.
 */
async function enter(context: ThreadContext, state: RunState, id: number): Promise<PlacedConversation | undefined> {
  const placed = await locked(context, id)
  if (!placed) return undefined
  state.run.conversationId = id
  state.run.threadId = placed.threadId
  return placed
}

async function locked(context: ThreadContext, id: number): Promise<PlacedConversation | undefined> {
  const known = context.conversations.get(id)
  if (known) return known
  const placed = await lockConversation(context.tx, context.project.id, id)
  if (!placed) return undefined
  context.conversations.set(id, placed)
  await context.renewIds()
  return placed
}

/**
 * Says something as a run's block: the message is stored and its delivery stands in line behind earlier ones. Throws `conflict`
 * when only a template may be sent there now.
 */
export function say(
  context: ThreadContext,
  dialogue: Dialogue,
  author: { runId: number; blockId: string },
  content: Content,
  typing: boolean,
): Message {
  const { conversation, threadExternalId } = dialogue
  const { writes } = context
  checkWindow(
    conversation,
    content,
    context.channels.capabilities(conversation.channelId, conversation.kind),
    context.now,
  )
  const message = outboundMessage(context.nextId(), conversation, content, { ...author, operatorId: null }, context.now)
  writes.messages.push(message)
  writes.deliveries.push(messageDelivery(message, conversation, threadExternalId, typing))
  writes.changes.push({
    projectId: conversation.projectId,
    kind: 'message.created',
    contactId: conversation.contactId,
    conversationId: conversation.id,
    data: { message: message.id, channel: conversation.channelId },
    at: context.now,
  })
  return message
}
