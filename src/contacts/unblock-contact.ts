import type { Tx } from '../platform/database/database.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { type Contact, isBlocked } from './contact.ts'
import { updateContactRow } from './contacts.store.ts'
import { contactForUpdate } from './get-contact.ts'

/** Lets a contact in again; one that is not kept out changes and records nothing. Throws `not_found`. */
export async function unblockContact(tx: Tx, context: WorkContext, input: { contactId: number }): Promise<Contact> {
  const before = await contactForUpdate(tx, context.projectId, input.contactId)
  if (!isBlocked(before, context.now)) return before
  const contact = await updateContactRow(tx, before.id, {
    blockedUntil: null,
    blockedReason: null,
    blockedById: null,
    blockedAt: null,
    updatedAt: context.now,
  })
  await recordWork(tx, context, 'contact.unblocked', { contactId: contact.id }, {})
  return contact
}
