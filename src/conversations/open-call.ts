import { readContact } from '../contacts/people.store.ts'
import type { Tx } from '../platform/database/database.ts'
import { createConversations } from './conversations.store.ts'
import { ensureThreads } from './events.store.ts'
import { lockThreads, readLockedThreads } from './receive/locked-threads.store.ts'

/**
 * Makes the conversation of a call that was placed to a contact, so that all that is told of the call belongs to them, whatever number
 * was called. One that the vendor's events have made already stays as it is.
 */
export async function openCall(
  tx: Tx,
  now: Date,
  call: { projectId: number; channelId: number; contactId: number; thread: string; title: string },
): Promise<void> {
  const key = { project_id: call.projectId, channel_id: call.channelId, external_id: call.thread }
  await ensureThreads(tx, [key])
  await lockThreads(tx, { keys: [key], ids: [] })
  const { threads } = await readLockedThreads(
    tx,
    { keys: [key], ids: [] },
    { events: [], people: [], speakers: [] },
    { events: 0, numberBlocks: 0 },
  )
  const thread = threads[0]!
  if (thread.conversation) return
  const contact = await readContact(tx, call.contactId)
  await createConversations(tx, now, [{ thread, kind: 'call', title: call.title, contact }])
}
