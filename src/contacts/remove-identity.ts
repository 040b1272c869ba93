import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { fieldOf, readIdentity } from './add-identity.ts'
import type { Contact } from './contact.ts'
import { lockIdentities } from './contacts.store.ts'
import { contactForUpdate, getContact } from './get-contact.ts'
import { detachIdentity, oldestIdentity } from './identities.store.ts'
import type { Identity } from './identity.ts'
import { updateContact } from './update-contact.ts'

/**
 * Takes a phone, e-mail or identity of a channel from a contact. In place of the first phone or e-mail comes the oldest of
 * the others, or nothing. Throws `invalid`, and `not_found` when the contact does not have it.
 */
export async function removeIdentity(
  tx: Tx,
  context: WorkContext,
  input: Identity & { contactId: number },
): Promise<Contact> {
  const { projectId } = context
  const known = await getContact(tx, projectId, input.contactId)
  const identity = await readIdentity(tx, projectId, known, input)
  await lockIdentities(tx, projectId, [identity])
  const before = await contactForUpdate(tx, projectId, known.id)
  const field = fieldOf(identity)
  const isFirst = field !== undefined && before[field] === identity.value
  const detached = await detachIdentity(tx, before.id, identity)
  // The field may hold one that another contact has as its identity.
  if (!detached && !isFirst)
    throw new AppError('not_found', `Contact ${before.id} has no ${identity.kind} ${identity.value}.`)
  const { kind, value } = identity
  if (detached)
    await recordWork(tx, context, 'contact.identity_removed', { contactId: before.id }, { identity: { kind, value } })
  if (!isFirst) return before
  const next = await oldestIdentity(tx, before.id, kind)
  return updateContact(tx, context, { contactId: before.id, fields: { [field]: next?.value ?? null } })
}
