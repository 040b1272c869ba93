import { identityKey } from '../contacts/identity.ts'
import { contactIdentities, readContact } from '../contacts/people.store.ts'
import type { Tx } from '../platform/database/database.ts'
import { createConversations, latestConversation, type PlacedConversation } from './conversations.store.ts'
import type { ThreadRef } from './event.ts'
import type { Identity } from './message.ts'
import { holdThread } from './receive/hold-thread.ts'

/**
 * A conversation through which we can write to a contact first: the latest one they have in the channel (in any, when none is
 * named), or a new one in the thread that the channel finds by their identities. With an `identity` only a conversation that
 * is with this one counts. Undefined when there is no way.
 */
export async function openDialogue(
  tx: Tx,
  now: Date,
  input: {
    projectId: number
    contactId: number
    channelId: number | null
    identity?: Identity
    threadFor(identities: Identity[]): ThreadRef | undefined
  },
): Promise<PlacedConversation | undefined> {
  const { identity } = input
  const existing = await latestConversation(tx, input.contactId, input.channelId, identity && identityKey(identity))
  if (existing || !input.channelId) return existing
  const identities = identity ? [identity] : await contactIdentities(tx, input.contactId)
  const ref = input.threadFor(identities)
  if (!ref) return undefined
  const { projectId, channelId } = input
  const thread = await holdThread(tx, { projectId, channelId, externalId: ref.id })
  if (!thread.conversation) {
    const contact = await readContact(tx, input.contactId)
    const by = identities.find((identity) => input.threadFor([identity])?.id === ref.id)
    const cameBy = by && identityKey(by)
    await createConversations(tx, now, [{ thread, kind: ref.kind, title: ref.title ?? null, contact, cameBy }])
  }
  return { conversation: thread.conversation!, threadId: thread.id, threadExternalId: thread.externalId }
}
