import { readContact } from '../contacts/people.store.ts'
import type { Tx } from '../platform/database/database.ts'
import { createConversations } from './conversations.store.ts'
import { holdThread } from './receive/hold-thread.ts'

/**
 * Makes the conversation of a call that was placed to a contact, so that all that is told of the call belongs to them, whatever number
 * was called. One that the vendor's events have made already stays as it is.
 */
export async function openCall(
  tx: Tx,
  now: Date,
  call: { projectId: number; channelId: number; contactId: number; thread: string; title: string },
): Promise<void> {
  const { projectId, channelId, thread: externalId } = call
  const thread = await holdThread(tx, { projectId, channelId, externalId })
  if (thread.conversation) return
  const contact = await readContact(tx, call.contactId)
  await createConversations(tx, now, [{ thread, kind: 'call', title: call.title, contact }])
}
