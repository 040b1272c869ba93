import type { DeliveryDraft } from '../../platform/deliveries/delivery.ts'
import type { Outbound } from '../channel.ts'
import type { Conversation, Message } from '../conversation.ts'
import type { Content, ConversationKind } from '../message.ts'

/** What a delivery of a message carries. */
export interface MessagePayload {
  conversationId: number
  /** The external id of the thread. */
  thread: string
  kind: ConversationKind
  outbound: Outbound
  /** Shows "typing" for a moment before. */
  typing?: boolean
  /** How far an attempt came that had several things to send. */
  sent?: { pieces: number; externalIds: string[] }
  /** The thread moved; the conversation has to follow. */
  migratedTo?: string
}

/** The queue of a channel's deliveries, which is the name of its lease too. */
export function channelQueue(channelId: number): string {
  return `channel:${channelId}`
}

/** The channel whose queue it is. */
export function channelOfQueue(queue: string): number {
  return Number(queue.slice('channel:'.length))
}

/** What keeps a conversation's messages in order. */
export function conversationLane(conversationId: number): string {
  return `conversation:${conversationId}`
}

/** A message of ours that is not sent yet, said by an operator or by a block of a run. */
export function outboundMessage(
  id: number,
  conversation: Pick<Conversation, 'id' | 'projectId'>,
  content: Content,
  author: Pick<Message, 'operatorId' | 'runId' | 'blockId'>,
  at: Date,
): Message {
  return {
    ...author,
    id,
    projectId: conversation.projectId,
    conversationId: conversation.id,
    direction: 'outbound',
    contactId: null,
    cameBy: null,
    externalId: null,
    text: content.text,
    entities: content.entities ?? null,
    parts: content.parts ?? null,
    replyToExternalId: content.replyToExternalId ?? null,
    addressesBot: false,
    albumId: null,
    reactions: null,
    status: 'pending',
    error: null,
    hidden: null,
    at,
    editedAt: null,
    deletedAt: null,
  }
}

/** The delivery that brings a message to its thread. */
export function messageDelivery(
  message: Message,
  conversation: Conversation,
  thread: string,
  typing: boolean,
): DeliveryDraft {
  const payload: MessagePayload = {
    conversationId: conversation.id,
    thread,
    kind: conversation.kind,
    outbound: {
      action: 'message',
      text: message.text,
      entities: message.entities ?? undefined,
      // What flows and operators say holds outbound parts only; the schema of content sees to that.
      parts: (message.parts ?? undefined) as Extract<Outbound, { action: 'message' }>['parts'],
      replyToExternalId: message.replyToExternalId ?? undefined,
    },
    ...(typing && { typing }),
  }
  return {
    id: message.id,
    projectId: message.projectId,
    queue: channelQueue(conversation.channelId),
    lane: conversationLane(conversation.id),
    kind: 'message',
    subjectId: message.id,
    payload,
    attempts: 0,
    dueAt: message.at,
    doubtful: false,
    status: 'pending',
  }
}

/** The delivery that changes a message where it was sent; what becomes of it changes nothing of how the message stands. */
export function changeDelivery(
  id: number,
  message: Pick<Message, 'projectId' | 'at'> & { externalId: string },
  conversation: Conversation,
  thread: string,
  content: Content,
): DeliveryDraft {
  const payload: MessagePayload = {
    conversationId: conversation.id,
    thread,
    kind: conversation.kind,
    outbound: { action: 'edit', messageExternalId: message.externalId, ...content },
  }
  return {
    id,
    projectId: message.projectId,
    queue: channelQueue(conversation.channelId),
    lane: conversationLane(conversation.id),
    kind: 'message',
    subjectId: id,
    payload,
    attempts: 0,
    dueAt: message.at,
    doubtful: false,
    status: 'pending',
  }
}
