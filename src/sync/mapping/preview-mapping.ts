import { z } from 'zod'
import { getContact } from '../../contacts/get-contact.ts'
import { getDeal } from '../../crm/get-deal.ts'
import type { Queryable } from '../../platform/database/database.ts'
import type { Fault } from '../../platform/errors.ts'
import type { CrmValue } from '../crm.ts'
import { checkMapping } from './check-mapping.ts'
import { wordsOf } from './converted.ts'
import { crmMappingSchema, type Direction, type FieldMapping } from './mapping.ts'
import { findOurField } from './our-fields.ts'
import { readOurSide } from './our-side.store.ts'
import type { MappedIntegration, OurSide } from './our-side.ts'
import { rawValue, readSubjects, type Subject, valueThere } from './our-values.ts'
import { nameOfStage } from './stages.ts'
import { directionsOf, findTheirField } from './their-fields.ts'
import { nameOfUser } from './users.ts'

export const mappingPreviewSchema = z
  .strictObject({
    contactId: z.int().optional().describe('A contact of ours.'),
    dealId: z.int().optional().describe('A deal of ours; it goes with its contact.'),
    mapping: crmMappingSchema.optional().describe('Instead of the one that is kept.'),
  })
  .refine(({ contactId, dealId }) => (contactId === undefined) !== (dealId === undefined), {
    path: ['dealId'],
    message: 'expected either a contact or a deal: `contactId` or `dealId`',
  })

/** The integration as its account is, where that is known. */
type PreviewedIntegration = MappedIntegration & { direction: Direction; hasTags: boolean }

/** What another CRM would be sent of a contact, or of a deal with its contact. */
export interface MappingPreview {
  /** What is wrong with the mapping itself, by its paths. */
  faults: Fault[]
  contact: SubjectPreview
  /** Null where a contact alone was asked for. */
  deal: SubjectPreview | null
}

export interface SubjectPreview {
  id: number
  fields: FieldPreview[]
  /** Labels that would be tags there. */
  tags: string[]
}

/** One mapped field. */
export interface FieldPreview {
  ours: string
  theirs: string
  /** What the field is called there; null when the account has none of that key. */
  title: string | null
  direction: Direction
  /** What it holds here. */
  ourValue: unknown
  /** Whether its value would be sent. */
  sent: boolean
  /** What it would hold there; null is empty. */
  value: CrmValue
  /** The same in words, stages and users by their names. */
  shown: string
  /** Why it cannot be sent, or only shortened. */
  fault: string | null
}

/**
 * Tells what would be sent of a contact or deal by a mapping, which need not be kept yet, and need not be right. Throws
 * `not_found` when there is no such contact or deal.
 */
export async function previewMapping(
  db: Queryable,
  integration: PreviewedIntegration,
  wanted: { contactId?: number | undefined; dealId?: number | undefined },
): Promise<MappingPreview> {
  const { projectId, mapping, lists } = integration
  const deal = wanted.dealId === undefined ? undefined : (await getDeal(db, projectId, wanted.dealId)).deal
  const contact = await getContact(db, projectId, deal?.contactId ?? wanted.contactId ?? 0)
  const contacts = await readSubjects(db, projectId, 'contact', [contact.id])
  const deals = await readSubjects(db, projectId, 'deal', deal ? [deal.id] : [])
  const side = await readOurSide(db, projectId)
  const dealSubject = deal && deals.get(deal.id)
  return {
    faults: checkMapping(mapping, lists, side),
    contact: previewOf(integration, side, contacts.get(contact.id)!),
    deal: dealSubject ? previewOf(integration, side, dealSubject) : null,
  }
}

function previewOf(integration: PreviewedIntegration, side: OurSide, subject: Subject): SubjectPreview {
  const { mapping, direction, hasTags } = integration
  const directions = directionsOf(integration, subject.entity)
  const isSent = (key: string) => direction !== 'pull' && (directions.get(key) ?? 'pull') !== 'pull'
  const fields = mapping[subject.entity].map((mapped) =>
    fieldPreview(integration, side, subject, mapped, isSent(mapped.theirs)),
  )
  if (subject.entity === 'deal') return { id: subject.deal.id, fields, tags: [] }
  return { id: subject.contact.id, fields, tags: hasTags && isSent('tags') ? subject.contact.labels : [] }
}

function fieldPreview(
  integration: MappedIntegration,
  side: OurSide,
  subject: Subject,
  mapped: FieldMapping,
  isSent: boolean,
): FieldPreview {
  const read = valueThere(integration, side, subject, mapped)
  const value = read && 'value' in read ? read.value : null
  return {
    ...mapped,
    title: findTheirField(integration.lists, subject.entity, mapped.theirs)?.title ?? null,
    ourValue: shownOurs(side, subject, mapped.ours),
    sent: isSent && read !== undefined && 'value' in read,
    value,
    shown: shownThere(integration, mapped.theirs, value),
    fault: read === undefined ? null : 'fault' in read ? read.fault : (read.note ?? null),
  }
}

/** What stands here; people by their names. */
function shownOurs(side: OurSide, subject: Subject, name: string): unknown {
  const ours = findOurField(subject.entity, name, side)
  if (!ours) return null
  if (ours.type !== 'user') return rawValue(subject, ours) ?? null
  const { responsibleId } = subject.entity === 'contact' ? subject.contact : subject.deal
  return side.operators.find(({ id }) => id === responsibleId)?.name ?? null
}

function shownThere({ lists }: MappedIntegration, key: string, value: CrmValue): string {
  if (value === null) return ''
  if (key === 'stage') return nameOfStage(lists, String(value))
  return key === 'responsible' ? nameOfUser(lists, String(value)) : wordsOf(value)
}
