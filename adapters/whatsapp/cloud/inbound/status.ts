import type { ChannelEvent, StatusEvent } from '../../../../src/conversations/event.ts'
import type { ChangeValue, PayloadError, PayloadStatus } from '../payload.ts'
import { isPhone, isThread, threadOf } from '../thread.ts'
import { momentOf } from './message.ts'
import { digits, filled } from './person.ts'

const stages: Record<string, StatusEvent['status']> = {
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  // A voice message was listened to.
  played: 'read',
  failed: 'failed',
}

/**
 * What became of a message of ours: the same status comes once, however often it is told. Our messages carry their thread
 * with them. Where it was a number and the vendor now tells the person's user id, under which they will answer, the thread
 * goes on under that one. Undefined for what is no status that we know.
 */
export function statusEvents(status: PayloadStatus, value: ChangeValue): ChannelEvent[] | undefined {
  const stage = stages[status.status ?? '']
  const contact = value.contacts?.length === 1 ? value.contacts[0] : undefined
  const userId = filled(status.recipient_user_id) ?? filled(contact?.user_id)
  const ours = isThread(status.biz_opaque_callback_data) ? status.biz_opaque_callback_data : undefined
  const thread = ours ?? threadOf({ userId, phone: digits(status.recipient_id) })?.id
  if (!stage || !thread || !status.id) return undefined
  const at = momentOf(status.timestamp)
  const ref = { id: thread, kind: 'direct' as const }
  const event: StatusEvent = {
    kind: 'status',
    externalId: `${status.id}:${status.status}`,
    thread: ref,
    at,
    messageExternalId: status.id,
    status: stage,
  }
  if (stage === 'failed') event.error = reasonOf(status.errors)
  if (ours === undefined || !isPhone(ours) || userId === undefined || !isThread(userId)) return [event]
  return [event, { kind: 'migration', externalId: `same:${ours}:${userId}`, thread: ref, at, newThreadId: userId }]
}

/** The vendor's reason in one line: `131026: Message undeliverable (…)`. */
export function reasonOf(errors: readonly PayloadError[] = []): string {
  const [error] = errors
  if (!error) return 'WhatsApp gave no reason.'
  const title = error.title ?? error.message ?? 'unknown error'
  const details = error.error_data?.details
  const hint = error.code === 131047 ? ' More than 24 hours passed since the person wrote: send a template.' : ''
  const more = details && details !== title ? ` (${details})` : ''
  return `${error.code ?? '?'}: ${title}${more}${hint}`.slice(0, 500)
}
