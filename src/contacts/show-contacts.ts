import type { Queryable } from '../platform/database/database.ts'
import { type Contact, type ContactView, contactView } from './contact.ts'
import { identitiesOf } from './contacts.store.ts'

/** Contacts as shown outside at a moment, with their identities. */
export async function showContacts(db: Queryable, contacts: Contact[], now: Date): Promise<ContactView[]> {
  const identities = await identitiesOf(
    db,
    contacts.map((contact) => contact.id),
  )
  return contacts.map((contact) => contactView(contact, identities.get(contact.id) ?? [], now))
}
