import type { Tx } from '../platform/database/database.ts'
import { invalidInput } from '../platform/faults.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { addLabels } from './add-labels.ts'
import { countriesOf } from './attribute.ts'
import { type Contact, type ContactFields, handSet, readContactFields } from './contact.ts'
import { attachIdentities, insertContact, lockIdentities, readLocale } from './contacts.store.ts'
import { type Identity, readIdentities } from './identity.ts'
import { readAttributeValues } from './read-attribute-values.ts'

export interface NewContact {
  fields?: ContactFields
  /** By name, each as its definition's type asks. */
  attributes?: Record<string, unknown>
  labels?: string[]
  /** Phone and e-mail need not be repeated here. One that another contact has stays there. */
  identities?: Identity[]
  /** Attributes without a definition get one of type text, instead of being refused. */
  defineMissing?: boolean
}

/** Makes a contact. Throws `invalid` with every fault of its fields and attributes. */
export async function createContact(tx: Tx, context: WorkContext, input: NewContact): Promise<Contact> {
  const { projectId, now } = context
  const locale = { ...(await readLocale(tx, projectId)), ownCountry: input.fields?.country }
  const countries = countriesOf(locale)
  const { fields, faults } = readContactFields(input.fields ?? {}, countries)
  const values = await readAttributeValues(tx, context, input.attributes ?? {}, locale, input.defineMissing ?? false)
  const known = readIdentities([...(input.identities ?? []), ...identitiesOfFields(fields)], countries)
  const all = [...faults, ...values.faults, ...known.faults]
  if (all.length > 0) throw invalidInput('contact', all)

  await lockIdentities(tx, projectId, known.identities)
  const attributes = Object.fromEntries(Object.entries(values.attributes).filter(([, value]) => value !== null))
  const setByHand = handSet([], Object.keys(fields))
  const contact = await insertContact(tx, {
    projectId,
    ...fields,
    attributes,
    setByHand,
    createdAt: now,
    updatedAt: now,
  })
  await attachIdentities(tx, { projectId, contactId: contact.id, now }, known.identities)
  await recordWork(tx, context, 'contact.created', { contactId: contact.id }, {})
  return input.labels?.length ? addLabels(tx, context, { contactId: contact.id, labels: input.labels }) : contact
}

/** Phone and e-mail tell who a contact is, too. */
export function identitiesOfFields(fields: ContactFields): Identity[] {
  return [
    ...(fields.phone ? [{ kind: 'phone', value: fields.phone }] : []),
    ...(fields.email ? [{ kind: 'email', value: fields.email }] : []),
  ]
}
