import type { Client } from 'whatsapp-web.js'
import { messageOf } from '../../../../src/platform/errors.ts'
import type { EndReason, EngineEvent, UserIds } from '../engine.ts'
import { plainId, sameUser } from '../ids.ts'
import { type RawId, type RawKey, type RawMessage, textOf } from './raw.ts'
import { readMessage } from './read-message.ts'

/** A reaction as the library gives it (its src/structures/Reaction.js). */
export interface RawReaction {
  msgId: RawKey
  senderId: string
  reaction: string
  timestamp: number
}

/** What happened in a group, as the library gives it (its src/structures/GroupNotification.js). */
export interface RawNotification {
  id: RawKey
  type: string
  body: string
  timestamp: number
  author?: RawId
  recipientIds: RawId[]
}

/** A new message, or one that was found. Pure. */
export function messageEvent(raw: RawMessage, me: UserIds): EngineEvent | undefined {
  const message = readMessage(raw, me)
  if (message === undefined) return { type: 'unknown', what: String(raw.type), raw }
  return message === 'nothing' ? undefined : { type: 'message', message }
}

/** An edit. The page also changes the text of messages for reasons of its own: those have no time of an edit. */
export function editEvent(raw: RawMessage, me: UserIds): EngineEvent | undefined {
  const editedMs = raw.latestEditSenderTimestampMs
  if (editedMs === undefined && raw.latestEditMsgKey === undefined) return undefined
  const message = readMessage(raw, me)
  if (message === undefined || message === 'nothing') return undefined
  return { type: 'edit', message, at: new Date(editedMs ?? raw.t * 1000) }
}

/** A message that was taken back; where the page made a new one of it, `protocolMessageKey` names the first. */
export function revokeEvent(raw: RawMessage): EngineEvent {
  const key = raw.protocolMessageKey ?? raw.id
  return {
    type: 'revoke',
    chat: plainId(textOf(key.remote ?? raw.id.remote)),
    messageId: key._serialized,
    at: new Date(raw.t * 1000),
  }
}

export function reactionEvent({ msgId, senderId, reaction, timestamp }: RawReaction): EngineEvent {
  return {
    type: 'reaction',
    chat: plainId(textOf(msgId.remote)),
    messageId: msgId._serialized,
    sender: plainId(senderId),
    emoji: reaction ?? '',
    at: new Date(timestamp * 1000),
  }
}

/** What WhatsApp's ticks mean, by the library's numbers (its MessageAck). */
const statuses: Record<number, 'failed' | 'sent' | 'delivered' | 'read'> = {
  [-1]: 'failed',
  1: 'sent',
  2: 'delivered',
  3: 'read',
  4: 'read',
}

export function ackEvent(raw: RawMessage, ack: number): EngineEvent | undefined {
  const status = statuses[ack]
  if (status === undefined || !raw.id.fromMe) return undefined
  return { type: 'ack', chat: plainId(textOf(raw.id.remote)), messageId: raw.id._serialized, status }
}

const memberships: Record<string, 'member' | 'admin' | 'left'> = {
  create: 'member',
  add: 'member',
  invite: 'member',
  linked_group_join: 'member',
  demote: 'member',
  promote: 'admin',
  remove: 'left',
  leave: 'left',
}

/** Who came and went, and what a group is called now. Whoever is told of a new group is in it. */
export function groupEvent(notification: RawNotification, me: UserIds): EngineEvent | undefined {
  const { id, type, body, timestamp, author, recipientIds } = notification
  const base = { id: id._serialized, chat: plainId(textOf(id.remote)), at: new Date(timestamp * 1000) }
  const by = author ? plainId(textOf(author)) : undefined
  if (type === 'subject') return { type: 'title', ...base, title: body, ...(by && { author: by }) }
  const status = memberships[type]
  if (status === undefined) return undefined
  const named = (recipientIds ?? []).map((recipient) => plainId(textOf(recipient)))
  const users = new Set(named.length > 0 ? named : by ? [by] : [])
  const self = me.phone ?? me.lid
  if (type === 'create' && self && ![...users].some((user) => sameUser(user, me))) users.add(self)
  return { type: 'membership', ...base, users: [...users], status }
}

const endings: Record<string, EndReason> = {
  LOGOUT: 'signed_out',
  UNPAIRED: 'signed_out',
  UNPAIRED_IDLE: 'signed_out',
  CONFLICT: 'conflict',
  DEPRECATED_VERSION: 'refused',
  PROXYBLOCK: 'refused',
  SMB_TOS_BLOCK: 'refused',
  TOS_BLOCK: 'refused',
}

/** Why the library gave up. */
export const endReason = (said: string): EndReason => endings[said] ?? 'broken'

/** Subscribes to all that the library tells of messages and groups. */
export function readEvents(client: Client, me: () => Promise<UserIds>, tell: (event: EngineEvent) => void): void {
  const tellOf = (make: (ids: UserIds) => EngineEvent | undefined) => {
    // One after another in the order in which they came: all wait for the same promise.
    const told = me().then((ids) => {
      const event = make(ids)
      if (event) tell(event)
    })
    told.catch((error: unknown) =>
      tell({ type: 'trouble', message: `Something was not understood: ${messageOf(error)}` }),
    )
  }
  const rawOf = (message: { rawData: object }) => message.rawData as RawMessage
  client.on('message_create', (message) => tellOf((ids) => messageEvent(rawOf(message), ids)))
  client.on('message_edit', (message) => tellOf((ids) => editEvent(rawOf(message), ids)))
  client.on('message_revoke_everyone', (message) => tellOf(() => revokeEvent(rawOf(message))))
  client.on('message_reaction', (reaction) => tellOf(() => reactionEvent(reaction as unknown as RawReaction)))
  client.on('message_ack', (message, ack) => tellOf(() => ackEvent(rawOf(message), ack)))
  const group = (notification: unknown) => tellOf((ids) => groupEvent(notification as RawNotification, ids))
  for (const name of ['group_join', 'group_leave', 'group_admin_changed', 'group_update']) client.on(name, group)
}
