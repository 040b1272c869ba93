import { isDeepStrictEqual } from 'node:util'
import type { Tx } from '../platform/database/database.ts'
import { invalidInput } from '../platform/faults.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { toldFields } from '../team/told-fields.ts'
import { countriesOf } from './attribute.ts'
import { type Contact, type ContactFields, handSet, readContactFields } from './contact.ts'
import {
  attachIdentities,
  findContact,
  hasOperator,
  lockIdentities,
  readLocale,
  updateContactRow,
} from './contacts.store.ts'
import type { AttributeValue } from './contacts.table.ts'
import { identitiesOfFields } from './create-contact.ts'
import { contactForUpdate } from './get-contact.ts'
import { readAttributeValues } from './read-attribute-values.ts'

export interface ContactUpdate {
  contactId: number
  /** Only what is present changes; null takes a value away. */
  fields?: ContactFields
  attributes?: Record<string, unknown>
  /** The operator who looks after the contact. */
  responsibleId?: number | null
  /** Attributes without a definition get one of type text, instead of being refused. */
  defineMissing?: boolean
}

/**
 * Changes fields and attributes of a contact; a new phone or e-mail becomes an identity of it unless another contact has
 * it. What stays the same is not recorded; another responsible operator is recorded as `contact.responsible_changed`. Throws
 * `invalid` with every fault, `not_found`.
 */
export async function updateContact(tx: Tx, context: WorkContext, input: ContactUpdate): Promise<Contact> {
  const { projectId, now } = context
  const locale = { ...(await readLocale(tx, projectId)), ownCountry: await ownCountry(tx, context, input) }
  const { fields, faults } = readContactFields(input.fields ?? {}, countriesOf(locale))
  const values = await readAttributeValues(tx, context, input.attributes ?? {}, locale, input.defineMissing ?? false)
  if (input.responsibleId && !(await hasOperator(tx, projectId, input.responsibleId))) {
    faults.push({ path: 'responsibleId', message: `there is no operator ${input.responsibleId} in this project` })
  }
  if (faults.length + values.faults.length > 0) throw invalidInput('contact', [...faults, ...values.faults])

  const identities = identitiesOfFields(fields)
  await lockIdentities(tx, projectId, identities)
  const before = await contactForUpdate(tx, projectId, input.contactId)
  const wanted = input.responsibleId === undefined ? fields : { ...fields, responsibleId: input.responsibleId }
  const changed = differences(before, wanted, values.attributes)
  if (Object.keys(changed).length === 0) return before

  const attributes = withoutNulls({ ...before.attributes, ...values.attributes })
  const setByHand = handSet(before.setByHand, Object.keys(changed))
  const contact = await updateContactRow(tx, before.id, { ...wanted, attributes, setByHand, updatedAt: now })
  await attachIdentities(tx, { projectId, contactId: contact.id, now }, identities)
  const { responsibleId: assigned, ...others } = changed
  const subject = { contactId: contact.id }
  if (Object.keys(others).length > 0)
    await recordWork(tx, context, 'contact.updated', subject, { fields: toldFields(others) })
  if (assigned) {
    const [from, to] = assigned
    await recordWork(tx, context, 'contact.responsible_changed', subject, { from, to })
  }
  return contact
}

/** The country that phones of this update are read with first; the contact is only looked at when there may be a phone. */
async function ownCountry(tx: Tx, { projectId }: WorkContext, input: ContactUpdate): Promise<string | null> {
  if (input.fields?.country) return input.fields.country
  if (!input.fields?.phone && !input.attributes) return null
  return (await findContact(tx, projectId, input.contactId))?.country ?? null
}

/** Before and after of what really changes, by name. */
function differences(
  before: Contact,
  fields: Partial<Contact>,
  attributes: Record<string, AttributeValue>,
): Record<string, [unknown, unknown]> {
  const pairs: [string, [unknown, unknown]][] = [
    ...Object.entries(fields).map(([name, value]): [string, [unknown, unknown]] => [
      name,
      [before[name as keyof Contact], value],
    ]),
    ...Object.entries(attributes).map(([name, value]): [string, [unknown, unknown]] => [
      `attributes.${name}`,
      [before.attributes[name] ?? null, value],
    ]),
  ]
  return Object.fromEntries(pairs.filter(([, [old, value]]) => !isDeepStrictEqual(old, value)))
}

function withoutNulls(attributes: Record<string, AttributeValue>): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== null))
}
