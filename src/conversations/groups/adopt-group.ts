import { readContact } from '../../contacts/people.store.ts'
import type { Tx } from '../../platform/database/database.ts'
import type { Conversation } from '../conversation.ts'
import { createConversations } from '../conversations.store.ts'
import { holdThread } from '../receive/hold-thread.ts'
import { claimGroup } from './groups.store.ts'

/**
 * Makes the conversation of a group that was made for a client, or takes over the one that its first messages have opened: it
 * belongs to the client and the deal from now on.
 */
export async function adoptGroup(
  tx: Tx,
  now: Date,
  input: {
    projectId: number
    channelId: number
    thread: string
    title: string
    contactId: number
    dealId: number | null
  },
): Promise<Conversation> {
  const { projectId, channelId, thread: externalId, title, contactId, dealId } = input
  const thread = await holdThread(tx, { projectId, channelId, externalId })
  if (!thread.conversation) {
    const contact = await readContact(tx, contactId)
    await createConversations(tx, now, [{ thread, kind: 'group', title, contact }])
  }
  await claimGroup(tx, thread.conversation!.id, { contactId, dealId, title })
  return { ...thread.conversation!, contactId, dealId, title }
}
