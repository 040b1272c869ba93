import { type Contact, contactFieldNames, contactName } from '../../contacts/contact.ts'
import { findContacts, identitiesOf } from '../../contacts/contacts.store.ts'
import type { Identity } from '../../contacts/identity.ts'
import type { Deal, DealPlace } from '../../crm/deal.ts'
import { findDeals } from '../../crm/deals.store.ts'
import type { Queryable } from '../../platform/database/database.ts'
import type { Fault } from '../../platform/errors.ts'
import type { CrmField, CrmValue } from '../crm.ts'
import type { Converted } from './converted.ts'
import type { FieldMapping } from './mapping.ts'
import { findOurField, type OurField } from './our-fields.ts'
import { readOurSide } from './our-side.store.ts'
import type { MappedEntity, MappedIntegration, OurSide } from './our-side.ts'
import { stageThere } from './stages.ts'
import { findTheirField } from './their-fields.ts'
import { toTheirs } from './to-theirs.ts'
import { userThere } from './users.ts'

/** A contact or deal of ours in the neutral values of the other CRM. */
export interface OurValues {
  /** By key of the field there, whichever way it goes (`directionsOf` tells); what is not known there is absent, null is empty. */
  values: Record<string, CrmValue>
  /** The labels of a contact, where they are mapped. */
  tags: string[]
  updatedAt: Date
  /** Of a deal. */
  contactId?: number
  /** By name of our field: what cannot be kept there, or only shortened. */
  faults: Fault[]
}

/** A contact or deal of ours with what hangs on it. */
export type Subject =
  | { entity: 'contact'; contact: Contact; identities: Identity[] }
  | { entity: 'deal'; deal: Deal; place: DealPlace }

/**
 * Reads contacts or deals of ours as the other CRM would keep them, by their numbers; one that does not exist is not in the answer, that of a
 * merged contact gives the one that took it in. Takes a handful of statements, however many they are.
 */
export async function readOurValues(
  db: Queryable,
  integration: MappedIntegration,
  entity: MappedEntity,
  ids: number[],
): Promise<Map<number, OurValues>> {
  const subjects = await readSubjects(db, integration.projectId, entity, ids)
  if (subjects.size === 0) return new Map()
  const side = await readOurSide(db, integration.projectId)
  return new Map([...subjects].map(([id, subject]) => [id, valuesOf(integration, side, subject)]))
}

/** The contacts or deals of these numbers that the project has. */
export async function readSubjects(
  db: Queryable,
  projectId: number,
  entity: MappedEntity,
  ids: number[],
): Promise<Map<number, Subject>> {
  if (entity === 'deal') {
    const found = (await findDeals(db, ids)).filter(({ deal }) => deal.projectId === projectId)
    return new Map(found.map(({ deal, place }) => [deal.id, { entity, deal, place }]))
  }
  const found = [...(await findContacts(db, ids))].filter(([, contact]) => contact.projectId === projectId)
  const identities = await identitiesOf(db, [...new Set(found.map(([, contact]) => contact.id))])
  return new Map(found.map(([id, contact]) => [id, { entity, contact, identities: identities.get(contact.id) ?? [] }]))
}

/** The neutral values of one contact or deal. Pure. */
export function valuesOf(integration: MappedIntegration, side: OurSide, subject: Subject): OurValues {
  const { mapping } = integration
  const values: Record<string, CrmValue> = {}
  const faults: Fault[] = []
  for (const mapped of mapping[subject.entity]) {
    const read = valueThere(integration, side, subject, mapped)
    if (!read) continue
    if ('fault' in read) faults.push({ path: mapped.ours, message: read.fault })
    else {
      if (read.note) faults.push({ path: mapped.ours, message: read.note })
      values[mapped.theirs] = read.value
    }
  }
  if (subject.entity === 'deal') {
    return { values, tags: [], updatedAt: subject.deal.updatedAt, contactId: subject.deal.contactId, faults }
  }
  const tags = mapping.labels === 'none' ? [] : subject.contact.labels
  return { values, tags, updatedAt: subject.contact.updatedAt, faults }
}

/** What one mapped field holds, as it is kept there; undefined where nothing is to be said: nobody is responsible. */
export function valueThere(
  integration: MappedIntegration,
  side: OurSide,
  subject: Subject,
  { ours: name, theirs }: FieldMapping,
): Converted<CrmValue> | undefined {
  const ours = findOurField(subject.entity, name, side)
  if (!ours) return { fault: `there is no field "${name}" of a ${subject.entity} here any more` }
  const field = findTheirField(integration.lists, subject.entity, theirs)
  if (!field) return { fault: `there is no field "${theirs}" in the account` }
  if (ours.type === 'user') return responsibleThere(integration, side, subject, field)
  if (ours.type === 'stage' && subject.entity === 'deal' && field.key === 'stage') {
    return stageThere(integration.mapping, subject.place)
  }
  const locale = subject.entity === 'contact' ? { ...side.locale, ownCountry: subject.contact.country } : side.locale
  return toTheirs(rawValue(subject, ours), ours, field, locale)
}

/** What a field of ours holds, before it is made the other side's. */
export function rawValue(subject: Subject, ours: OurField): unknown {
  return subject.entity === 'contact' ? contactValue(subject, ours) : dealValue(subject, ours)
}

function contactValue({ contact, identities }: Subject & { entity: 'contact' }, { name, many }: OurField): unknown {
  if (name.startsWith('attributes.')) return ownValue(contact.attributes, name.slice('attributes.'.length))
  if (name === 'name') return contactName(contact).trim().split(/\s+/).join(' ')
  if (name === 'id') return contact.id
  const value = contact[fieldsByName.get(name)!]
  if (!many) return value
  return [...new Set([value, ...identities.filter(({ kind }) => kind === name).map((one) => one.value)])].filter(
    Boolean,
  )
}

function dealValue({ deal, place }: Subject & { entity: 'deal' }, { name }: OurField): unknown {
  if (name.startsWith('variables.')) return ownValue(deal.variables, name.slice('variables.'.length))
  if (name === 'spot' || name === 'pipeline' || name === 'stage') return place[name].name
  return deal[name as 'name' | 'budget' | 'currency' | 'description' | 'id' | 'number' | 'status']
}

/** Names may be those of what every object has. */
function ownValue(values: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(values, name) ? values[name] : undefined
}

function responsibleThere(
  integration: MappedIntegration,
  side: OurSide,
  subject: Subject,
  field: CrmField,
): Converted<CrmValue> | undefined {
  const { responsibleId } = subject.entity === 'contact' ? subject.contact : subject.deal
  const operator = side.operators.find(({ id }) => id === responsibleId)
  if (field.key !== 'responsible') return { value: operator?.name ?? null }
  return operator && userThere(integration, operator)
}

const fieldsByName = new Map([...contactFieldNames].map(([field, name]) => [name, field]))
