import type { ChannelEvent } from '../../../../src/conversations/event.ts'
import type { PayloadMessage } from '../payload.ts'
import { threadOf } from '../thread.ts'
import { deletionEvent, editEvent, momentOf } from './message.ts'
import { saidBy } from './parts.ts'
import { digits, filled, personOf } from './person.ts'

/**
 * What somebody of the team wrote, changed or took back in the WhatsApp Business app. Undefined for what the model has no
 * event for.
 */
export function echoEvent(message: PayloadMessage): ChannelEvent | undefined {
  const ids = { userId: filled(message.to_user_id), phone: digits(message.to) }
  const thread = threadOf(ids)
  const to = personOf(ids)
  if (!message.id || !thread || !to || filled(message.group_id)) return undefined
  const base = { externalId: message.id, thread, at: momentOf(message.timestamp) }
  // The model wants a person; an edit of ours is told as one of the thread's.
  if (message.type === 'edit') return editEvent(message, base, to)
  if (message.type === 'revoke') return deletionEvent(message, base)
  const said = saidBy(message)
  if (said === undefined) return undefined
  const { text, parts } = said
  return {
    kind: 'own_message',
    ...base,
    to,
    message: {
      externalId: message.id,
      text,
      ...(parts.length > 0 && { parts }),
      ...(filled(message.context?.id) && { replyToExternalId: message.context!.id! }),
    },
  }
}
