import type { ChannelEvent, MessageEvent } from '../../../../src/conversations/event.ts'
import type { ChangeValue, PayloadMessage } from '../payload.ts'
import { isThread, threadOf } from '../thread.ts'
import { saidBy } from './parts.ts'
import { digits, filled, senderIds, senderOf } from './person.ts'

/** The event that somebody's message is; undefined for what the model has no event for. */
export function messageEvent(message: PayloadMessage, value: ChangeValue): ChannelEvent | undefined {
  // Groups of the Groups API are made by invitation links only, and are none of our conversations.
  if (filled(message.group_id) || message.id === undefined) return undefined
  if (message.type === 'system') return movedEvent(message)
  const thread = threadOf(senderIds(message, value))
  const sender = senderOf(message, value)
  if (!thread || !sender) return undefined
  const base = { externalId: message.id, thread, at: momentOf(message.timestamp) }
  if (message.type === 'reaction') return reactionEvent(message, base, sender)
  if (message.type === 'edit') return editEvent(message, base, sender)
  if (message.type === 'revoke') return deletionEvent(message, base)
  const said = saidBy(message)
  if (said === undefined) return undefined
  const { text, parts } = said
  return {
    kind: 'message',
    ...base,
    sender,
    message: {
      externalId: message.id,
      text,
      ...(parts.length > 0 && { parts }),
      ...(filled(message.context?.id) && { replyToExternalId: message.context!.id! }),
      addressesBot: true,
    },
  }
}

type Base = Pick<MessageEvent, 'externalId' | 'thread' | 'at'>

/** A reaction; taken back when its emoji is empty or missing. */
function reactionEvent(
  { reaction }: PayloadMessage,
  base: Base,
  sender: MessageEvent['sender'],
): ChannelEvent | undefined {
  if (!reaction?.message_id) return undefined
  const reactions = filled(reaction.emoji) ? [reaction.emoji!] : []
  return { kind: 'reaction', ...base, sender, messageExternalId: reaction.message_id, reactions }
}

/** What a message says after an edit. A caption comes with the file it stands under. */
export function editEvent(
  { edit }: PayloadMessage,
  base: Base,
  sender: MessageEvent['sender'],
): ChannelEvent | undefined {
  const externalId = edit?.original_message_id
  const said = edit?.message && saidBy(edit.message)
  if (!externalId || !said) return undefined
  const { text, parts } = said
  return { kind: 'edit', ...base, sender, message: { externalId, text, ...(parts.length > 0 && { parts }) } }
}

export function deletionEvent({ revoke }: PayloadMessage, base: Base): ChannelEvent | undefined {
  if (!revoke?.original_message_id) return undefined
  return { kind: 'deletion', ...base, messageExternalId: revoke.original_message_id }
}

/**
 * Somebody changed their number, and with it their user id: the thread goes on under the new one. User ids follow user ids
 * and numbers numbers; where no field has the old one, the vendor's sentence does.
 */
function movedEvent({ id, from, from_user_id, timestamp, system }: PayloadMessage): ChannelEvent | undefined {
  if (!/^user_changed_(number|user_id)$/.test(system?.type ?? '')) return undefined
  const [, spokenOld] = /changed from (\S+) to \S+$/.exec(system?.body ?? '') ?? []
  const oldUser = filled(system?.previous_user_id) ?? filled(from_user_id)
  const newUser = filled(system?.user_id)
  const [old, next] =
    oldUser && newUser
      ? [oldUser, newUser]
      : [digits(from) ?? spokenOld, digits(system?.wa_id) ?? digits(system?.new_wa_id) ?? newUser]
  if (!isThread(old) || !isThread(next) || old === next) return undefined
  return {
    kind: 'migration',
    externalId: id!,
    thread: { id: old, kind: 'direct' },
    at: momentOf(timestamp),
    newThreadId: next,
  }
}

/** The vendor's time, in seconds. */
export function momentOf(seconds: string | number | undefined): string {
  return new Date(Number(seconds) * 1000).toISOString()
}
