import { type Contact, type ContactFields, contactName, isBlocked } from '../../contacts/contact.ts'
import { attachIdentities, lockIdentities } from '../../contacts/contacts.store.ts'
import { identityKey } from '../../contacts/identity.ts'
import { newlyTold, newlyToldIdentities } from '../../contacts/told-by-channel.ts'
import type { Tx } from '../../platform/database/database.ts'
import { toldFields } from '../../team/told-fields.ts'
import type { Conversation, Message } from '../conversation.ts'
import { migrateThread } from '../conversations.store.ts'
import type { ChannelEvent, MessageEvent, Person } from '../event.ts'
import { advanceStatus, appendToAlbum } from '../messages.store.ts'
import { orderWork } from '../orders/order-work.ts'
import { personIn, soleSpeaker } from './admit-threads.ts'
import { applyDeletion, applyEdit, applyReaction } from './apply-correction.ts'
import { applyOwnMessage } from './apply-own-message.ts'
import type { ApplyTools } from './apply-tools.ts'
import type { BatchWrites } from './batch-writes.store.ts'
import { keepEarlyStatus } from './early-statuses.store.ts'
import { type Manager, managerOf, noteManagersWord } from './managers-word.ts'
import { operatorIn } from './speaking-operators.store.ts'
import type { ThreadQueue } from './thread-queue.ts'

/** A message that has just come in, with all that decides what it moves. */
export interface Incoming {
  message: Message
  conversation: Conversation
  /** The contact who wrote it. */
  sender: Contact | undefined
  /** The manager who wrote it, in a group. */
  manager: Manager | undefined
  /** The first message of the conversation. */
  first: boolean
  command: { name: string; argument: string } | undefined
  event: MessageEvent
}

/**
 * Makes of a channel's event what it means for its conversation: the message, the edit, the reaction. Gives the message
 * that may move a flow, if it is one. Runs while the thread is locked.
 */
export async function applyEvent(
  tools: ApplyTools,
  thread: ThreadQueue,
  event: ChannelEvent,
): Promise<Incoming | undefined> {
  const { tx, writes } = tools
  if (event.kind === 'work') {
    await orderWork(tools, thread, event)
    return undefined
  }
  const conversation = thread.conversation
  if (!conversation) return undefined
  switch (event.kind) {
    case 'message':
      return applyMessage(tools, thread, conversation, event)
    case 'own_message':
      await applyOwnMessage(tools, thread, conversation, event)
      return undefined
    case 'edit':
      if (!comesFromBlocked(tools, thread, event.sender)) await applyEdit(tools, conversation, event)
      return undefined
    case 'deletion':
      await applyDeletion(tools, conversation, event)
      return undefined
    case 'reaction':
      if (!comesFromBlocked(tools, thread, event.sender)) await applyReaction(tools, thread, conversation, event)
      return undefined
    case 'status':
      await applyStatus(tools, conversation, event)
      return undefined
    case 'membership':
      applyMembership(tools, thread, conversation, event)
      return undefined
    case 'migration':
      await migrateThread(
        tx,
        { projectId: thread.projectId, channelId: thread.channelId, conversationId: conversation.id },
        event.newThreadId,
      )
      writes.changes.push(change(thread, conversation, 'conversation.migrated', { to: event.newThreadId }, writes.now))
      return undefined
    case 'unknown':
      return undefined
  }
}

async function applyMessage(
  tools: ApplyTools,
  thread: ThreadQueue,
  conversation: Conversation,
  event: MessageEvent,
): Promise<Incoming | undefined> {
  const { tx, writes, nextId } = tools
  const manager = managerOf(tools, thread, conversation, event.sender)
  const sender = manager?.id ? undefined : contactOf(tools, thread, event.sender)
  if (!sender && !manager)
    throw new Error(`The event ${event.externalId} names no sender; expected at least one identity.`)
  const hidden = sender !== undefined && isBlocked(sender, writes.now)
  const said = event.message
  if (!hidden && said.albumId && (await joinAlbum(tx, writes, conversation, said.albumId, said))) return undefined
  const message: Message = {
    id: nextId(),
    projectId: thread.projectId,
    conversationId: conversation.id,
    direction: manager ? 'outbound' : 'inbound',
    contactId: sender?.id ?? null,
    cameBy: conversation.kind === 'group' ? identityKey(event.sender.identities[0]!) : null,
    operatorId: manager?.id ?? null,
    runId: null,
    blockId: null,
    externalId: said.externalId,
    text: said.text,
    entities: said.entities ?? null,
    parts: said.parts ?? null,
    replyToExternalId: said.replyToExternalId ?? null,
    addressesBot: said.addressesBot,
    albumId: said.albumId ?? null,
    reactions: null,
    status: manager ? 'sent' : 'received',
    error: null,
    hidden: hidden || null,
    at: new Date(event.at),
    editedAt: null,
    deletedAt: null,
  }
  if (hidden) {
    writes.messages.push(message)
    writes.contact(sender.id).hidden++
    if (conversation.kind === 'group') writes.member(conversation.id, sender.id, undefined, false)
    return undefined
  }
  const patch = writes.conversation(conversation.id)
  if (conversation.unreachable) patch.unreachable = ''
  conversation.unreachable = null
  if (event.thread.title && event.thread.title !== conversation.title) patch.title = event.thread.title
  writes.messages.push(message)
  if (manager || !sender) {
    noteManagersWord(tools, thread, conversation, message)
    return { message, conversation, sender, manager, first: false, command: said.command, event }
  }
  const first = conversation.lastInboundAt === null
  if (hasToBeRead(message)) patch.unread++
  patch.lastInboundAt = writes.now.toISOString()
  conversation.lastInboundAt = writes.now
  writes.changes.push(
    change(
      thread,
      conversation,
      'message.received',
      { message: message.id, channel: thread.channelId },
      writes.now,
      sender.id,
    ),
  )
  await learn(tools, thread, sender, event.sender)
  if (conversation.kind === 'group') writes.member(conversation.id, sender.id, undefined, false)
  return { message, conversation, sender, manager: undefined, first, command: said.command, event }
}

/** Ringing and hanging up need nobody's eyes, unless nobody picked up. */
function hasToBeRead({ text, parts }: Message): boolean {
  const steps = (parts ?? []).map((part) => (part.type === 'call' ? part.event : ''))
  return text !== '' || steps.length === 0 || steps.some((step) => step === '' || step === 'missed')
}

function contactOf({ people }: ApplyTools, thread: ThreadQueue, person: Person): Contact | undefined {
  return soleSpeaker(thread, person) ?? personIn(people, thread.projectId, person)
}

async function applyStatus(
  { tx, writes }: ApplyTools,
  conversation: Conversation,
  { messageExternalId, status, error }: Extract<ChannelEvent, { kind: 'status' }>,
): Promise<void> {
  if (await advanceStatus(tx, conversation.id, messageExternalId, status, error)) return
  await keepEarlyStatus(tx, conversation.id, messageExternalId, status, error, writes.now)
}

/** A part of an album that came late joins the message that the others made. False when there is none yet. */
async function joinAlbum(
  tx: Tx,
  writes: BatchWrites,
  conversation: Conversation,
  albumId: string,
  said: MessageEvent['message'],
): Promise<boolean> {
  const fresh = writes.messages.find((other) => other.conversationId === conversation.id && other.albumId === albumId)
  if (!fresh) return appendToAlbum(tx, conversation.id, albumId, said)
  fresh.parts = [...(fresh.parts ?? []), ...(said.parts ?? [])]
  if (fresh.text !== '') return true
  fresh.text = said.text
  fresh.entities = said.entities ?? null
  return true
}

function applyMembership(
  { writes, people, operators }: ApplyTools,
  thread: ThreadQueue,
  conversation: Conversation,
  event: Extract<ChannelEvent, { kind: 'membership' }>,
): void {
  const gone = event.status === 'left' || event.status === 'blocked'
  if (event.self) {
    const why = gone ? `The account was ${event.status === 'left' ? 'removed from' : 'blocked in'} this chat.` : ''
    writes.conversation(conversation.id).unreachable = why
    conversation.unreachable = why || null
    writes.changes.push(
      change(
        thread,
        conversation,
        gone ? 'conversation.closed' : 'conversation.opened',
        { status: event.status },
        writes.now,
      ),
    )
    return
  }
  if (conversation.kind !== 'group') return
  const kind = gone ? 'conversation.member_left' : 'conversation.member_joined'
  const operator = operatorIn(operators, thread.projectId, event.person)
  if (operator) {
    const data = { name: operator.name, operator: operator.id }
    writes.changes.push(change(thread, conversation, kind, data, writes.now))
    return
  }
  const contact = personIn(people, thread.projectId, event.person)
  if (!contact) return
  const role = event.status === 'admin' || event.status === 'owner' ? event.status : 'member'
  writes.member(conversation.id, contact.id, role, gone)
  writes.changes.push(change(thread, conversation, kind, { name: contactName(contact) }, writes.now, contact.id))
}

/** Takes over what the channel knows of the person and we do not; what people set by hand stays. */
async function learn({ tx, writes }: ApplyTools, thread: ThreadQueue, contact: Contact, person: Person): Promise<void> {
  const told = newlyTold(contact, person)
  const learned: Record<string, unknown> = { ...told }
  const stale = contact.lastActivityAt === null || writes.now.getTime() - contact.lastActivityAt.getTime() > 60_000
  if (stale) learned.lastActivityAt = writes.now.toISOString()
  const cameBy = thread.conversation?.kind === 'group' ? null : (thread.conversation?.cameBy ?? null)
  const identities = newlyToldIdentities(contact, person, cameBy, stale)
  if (identities.length > 0) {
    const { projectId, id: contactId } = contact
    await lockIdentities(tx, projectId, identities)
    await attachIdentities(tx, { projectId, contactId, now: writes.now, knownBy: person.identities[0] }, identities)
  }
  if (Object.keys(learned).length === 0) return
  const changed = Object.entries(told).map(([field, value]) => [field, [contact[field as keyof ContactFields], value]])
  if (changed.length > 0) {
    writes.changes.push({
      projectId: thread.projectId,
      kind: 'contact.updated',
      contactId: contact.id,
      data: { fields: toldFields(Object.fromEntries(changed)), by: { kind: 'channel', id: thread.channelId } },
      at: writes.now,
    })
  }
  Object.assign(contact, learned, stale ? { lastActivityAt: writes.now } : {})
  Object.assign(writes.contact(contact.id).fields, learned)
}

/** What a blocked contact changes of earlier messages is not seen either. */
function comesFromBlocked({ writes, people }: ApplyTools, thread: ThreadQueue, person: Person): boolean {
  const contact = thread.contact ?? personIn(people, thread.projectId, person)
  return contact !== undefined && isBlocked(contact, writes.now)
}

function change(
  thread: ThreadQueue,
  conversation: Conversation,
  kind: string,
  data: Record<string, unknown>,
  at: Date,
  contactId = thread.contact?.id ?? null,
) {
  return { projectId: thread.projectId, kind, contactId, conversationId: conversation.id, dealId: null, data, at }
}
