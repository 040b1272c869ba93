import { addLabels } from '../../contacts/add-labels.ts'
import { type Contact, type ContactFields, contactFieldNames } from '../../contacts/contact.ts'
import {
  attachIdentities,
  findByIdentities,
  findContact,
  lockIdentities,
  readLocale,
} from '../../contacts/contacts.store.ts'
import { createContact, identitiesOfFields } from '../../contacts/create-contact.ts'
import { contactForUpdate } from '../../contacts/get-contact.ts'
import { linkContacts } from '../../contacts/links/link-contacts.ts'
import { readAttributeValues } from '../../contacts/read-attribute-values.ts'
import { updateContact } from '../../contacts/update-contact.ts'
import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { invalidInput } from '../../platform/faults.ts'
import type { WorkContext } from '../../team/context.ts'
import { type Finder, faultOf, type MappedPostback, mapPostback, nothingToFindBy } from './map-postback.ts'
import type { PostbackMapping } from './postback.ts'

/** A contact that a field of the body found. */
export interface FoundContact {
  by: Finder
  contactId: number
}

export interface KeptContact {
  contactId: number
  created: boolean
  /** By each field that found somebody, in the order of the mapping. */
  found: FoundContact[]
}

/** Maps a body and checks everything before anything is written, so that all faults are told at once. Throws `invalid`. */
export async function readMapped(
  tx: Tx,
  context: WorkContext,
  mapping: PostbackMapping,
  body: unknown,
): Promise<MappedPostback> {
  const locale = await readLocale(tx, context.projectId)
  const mapped = mapPostback(mapping, body, locale.country)
  const values = await readAttributeValues(tx, context, mapped.attributes, locale, true)
  const faults = [
    ...mapped.faults,
    ...values.faults.map(({ path, message }) => faultOf(mapping.fields.find((field) => field.to === path)!, message)),
  ]
  const nothing = mapped.findBy.length === 0 && mapping.whenNothing !== 'ignore'
  if (nothing && faults.length === 0) faults.push(nothingToFindBy(mapping))
  if (faults.length > 0) throw invalidInput('body', faults)
  return mapped
}

/**
 * Finds the contact that a body tells of, by the rules of the mapping, or makes it, and gives it what the body says. Two calls
 * at the same time make one contact. Throws `not_found` when there is none and none is to be made, and `conflict` when fields
 * found different ones and that is not allowed.
 */
export async function keepContact(
  tx: Tx,
  context: WorkContext,
  mapping: PostbackMapping,
  mapped: MappedPostback,
): Promise<KeptContact> {
  const { projectId, now } = context
  const { fields, attributes, labels } = mapped
  const identities = [...mapped.findBy.flatMap((by) => ('identity' in by ? [by.identity] : [])), ...mapped.identities]
  await lockIdentities(tx, projectId, [...identities, ...identitiesOfFields(fields)])
  const found = await findEach(tx, projectId, mapped.findBy)
  const [first] = found
  if (!first) {
    if (mapping.whenNobody === 'refuse') throw nobody(mapped.findBy)
    const contact = await createContact(tx, context, { fields, attributes, labels, identities })
    return { contactId: contact.id, created: true, found }
  }
  const before = await contactForUpdate(tx, projectId, first.contactId)
  // The one that was found, or who it was merged into while its lock was waited for.
  const contactId = before.id
  const others = [...new Set(found.map((one) => one.contactId))].filter(
    (id) => id !== contactId && id !== first.contactId,
  )
  if (others.length > 0 && mapping.whenDifferent === 'refuse') throw differentContacts(found)
  const knownBy = 'identity' in first.by ? first.by.identity : undefined
  await attachIdentities(tx, { projectId, contactId, now, knownBy }, identities)
  await updateContact(tx, context, { contactId, ...withoutKept(mapping, before, fields, attributes) })
  await addLabels(tx, context, { contactId, labels })
  if (mapping.whenDifferent === 'link')
    for (const otherId of others) await linkContacts(tx, context, { contactId, otherId })
  return { contactId, created: false, found }
}

async function findEach(tx: Tx, projectId: number, finders: Finder[]): Promise<FoundContact[]> {
  const found: FoundContact[] = []
  for (const by of finders) {
    const contact =
      'identity' in by
        ? (await findByIdentities(tx, projectId, [by.identity]))?.contact
        : await findContact(tx, projectId, by.contactId)
    if (contact) found.push({ by, contactId: contact.id })
    // A number is one that we gave: the caller means that contact and no other.
    else if ('contactId' in by)
      throw new AppError('not_found', `There is no contact ${by.contactId} in this project (from the field of "id").`)
  }
  return found
}

/** What may be written to a contact that is there already, by the rules for what it has. */
function withoutKept(
  mapping: PostbackMapping,
  before: Contact,
  fields: ContactFields,
  attributes: Record<string, unknown>,
): { fields: ContactFields; attributes: Record<string, unknown> } {
  const rules = new Map(mapping.fields.map(({ to, existing }) => [to, existing ?? mapping.existing]))
  const kept = (to: string, value: unknown) =>
    rules.get(to) === 'fill_empty' && value !== null && value !== undefined && value !== ''
  return {
    fields: Object.fromEntries(
      Object.entries(fields).filter(
        ([name]) => !kept(contactFieldNames.get(name as keyof ContactFields)!, before[name as keyof ContactFields]),
      ),
    ),
    attributes: Object.fromEntries(
      Object.entries(attributes).filter(([name]) => !kept(`attributes.${name}`, before.attributes[name])),
    ),
  }
}

function nobody(finders: Finder[]): AppError {
  const tried = finders.map(({ by }) => by).join(' or ')
  return new AppError('not_found', `No contact has this ${tried}, and this postback makes none.`)
}

function differentContacts(found: FoundContact[]): AppError {
  const faults = found.map(({ by, contactId }) => ({ path: by.by, message: `belongs to contact ${contactId}` }))
  const told = faults.map(({ path, message }) => `${path} ${message}`).join(', ')
  return new AppError('conflict', `The body means different contacts: ${told}; merge them or correct one.`, { faults })
}
