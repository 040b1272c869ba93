import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import { invalidInput } from '../platform/faults.ts'
import type { WorkContext } from '../team/context.ts'
import type { Contact } from './contact.ts'
import { attachIdentities, findByIdentities, lockIdentities, readLocale } from './contacts.store.ts'
import { createContact, type NewContact } from './create-contact.ts'
import { type Identity, readIdentities } from './identity.ts'

export interface WantedContact extends NewContact {
  /** These find the contact, the first that finds one wins. */
  findBy: Identity[]
}

/**
 * Finds the contact of these identities, or makes one of `fields`, `attributes` and `labels`. The contact gets all the
 * identities that nobody has. Two calls at the same time make one contact. A found contact is not changed otherwise.
 */
export async function findOrCreateContact(
  tx: Tx,
  context: WorkContext,
  input: WantedContact,
): Promise<{ contact: Contact; created: boolean }> {
  const { projectId, now } = context
  const countries = [input.fields?.country, (await readLocale(tx, projectId)).country]
  const findBy = readIdentities(input.findBy, countries)
  const others = readIdentities(input.identities ?? [], countries)
  const faults = [...findBy.faults, ...others.faults]
  if (faults.length > 0) throw invalidInput('contact', faults)
  if (findBy.identities.length === 0) {
    throw new AppError(
      'invalid',
      'A contact is looked for without any identity; expected at least one, such as a phone.',
    )
  }
  const fromFields = readIdentities(
    [
      ...(input.fields?.phone ? [{ kind: 'phone', value: input.fields.phone }] : []),
      ...(input.fields?.email ? [{ kind: 'email', value: input.fields.email }] : []),
    ],
    countries,
  )
  const identities = [...findBy.identities, ...others.identities]
  await lockIdentities(tx, projectId, [...identities, ...fromFields.identities])
  const found = await findByIdentities(tx, projectId, findBy.identities)
  if (found) {
    const { contact, by } = found
    await attachIdentities(tx, { projectId, contactId: contact.id, now, knownBy: by }, identities)
    return { contact, created: false }
  }
  return { contact: await createContact(tx, context, { ...input, identities }), created: true }
}
