import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import { invalidInput } from '../platform/faults.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { type Contact, contactName } from './contact.ts'
import { attachIdentities, findByIdentities, lockIdentities, readLocale } from './contacts.store.ts'
import { contactForUpdate, getContact } from './get-contact.ts'
import { type Identity, readIdentities } from './identity.ts'
import { updateContact } from './update-contact.ts'

export interface NewIdentity extends Identity {
  contactId: number
  /** It becomes the phone or e-mail that stands for the contact; without it so does the first of its kind. */
  first?: boolean
}

/**
 * Gives a contact a further phone, e-mail or identity of a channel; one that it has already can be made the first. Throws
 * `invalid`, `not_found`, and `conflict` that names the contact to which it belongs.
 */
export async function addIdentity(tx: Tx, context: WorkContext, input: NewIdentity): Promise<Contact> {
  const { projectId, now } = context
  const known = await getContact(tx, projectId, input.contactId)
  const identity = await readIdentity(tx, projectId, known, input)
  const field = fieldOf(identity)
  if (input.first && !field) {
    const message = `is of the kind ${identity.kind}; only a phone or an e-mail can be the first`
    throw invalidInput('identity', [{ path: 'first', message }])
  }

  await lockIdentities(tx, projectId, [identity])
  const owner = (await findByIdentities(tx, projectId, [identity]))?.contact
  const before = await contactForUpdate(tx, projectId, known.id)
  if (owner && owner.id !== before.id) throw belongsTo(owner, identity)
  if (!owner) {
    await attachIdentities(tx, { projectId, contactId: before.id, now }, [identity])
    const { kind, value } = identity
    await recordWork(tx, context, 'contact.identity_added', { contactId: before.id }, { identity: { kind, value } })
  }
  if (!field || (before[field] !== null && !input.first)) return before
  return updateContact(tx, context, { contactId: before.id, fields: { [field]: identity.value } })
}

/** The field of a contact that holds the first identity of this kind. */
export function fieldOf({ kind }: Identity): 'phone' | 'email' | undefined {
  return kind === 'phone' || kind === 'email' ? kind : undefined
}

/** The identity in the spelling it is kept in, a phone read with the contact's country first. Throws `invalid`. */
export async function readIdentity(
  tx: Tx,
  projectId: number,
  contact: Contact,
  { kind, value }: Identity,
): Promise<Identity> {
  const { country } = await readLocale(tx, projectId)
  const { identities, faults } = readIdentities([{ kind, value }], [contact.country, country])
  if (identities[0]) return identities[0]
  throw invalidInput(
    'identity',
    faults.map((fault) => ({ ...fault, path: fault.path.replace('identities[0].', '') })),
  )
}

function belongsTo(owner: Contact, { kind, value }: Identity): AppError {
  const message = `belongs to contact ${owner.id} (${contactName(owner)}); merge the two, or remove it there first`
  return new AppError('conflict', `The ${kind} ${value} ${message}.`, { faults: [{ path: 'value', message }] })
}
