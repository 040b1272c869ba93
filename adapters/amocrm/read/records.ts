import type { CrmRecord, CrmValue } from '../../../src/sync/crm.ts'
import { withoutMarker } from '../../kit/hidden-marker.ts'
import { markerCode } from '../fields/crm-field.ts'
import { isoOf } from '../fields/days.ts'
import { decodeFields } from '../fields/decode.ts'
import type { ContactPayload, CustomField, LeadPayload, NotePayload, TaskPayload } from '../payload.ts'

/** The custom fields of the account, and the time zone in which its days begin. */
export interface RecordWorld {
  fields: CustomField[]
  zone: string
}

export function contactRecord(contact: ContactPayload, { fields, zone }: RecordWorld): CrmRecord {
  return {
    entity: 'contact',
    id: String(contact.id),
    values: {
      name: textOf(contact.name),
      first_name: textOf(contact.first_name),
      last_name: textOf(contact.last_name),
      responsible: userOf(contact.responsible_user_id),
      ...decodeFields('contact', contact.custom_fields_values ?? [], fields, zone),
    },
    tags: tagsOf(contact),
    updatedAt: timeOf(contact.updated_at),
    ...markerOf(contact.custom_fields_values),
  }
}

export function leadRecord(lead: LeadPayload, { fields, zone }: RecordWorld): CrmRecord {
  const contacts = [...(lead._embedded?.contacts ?? [])]
  contacts.sort((one, other) => Number(other.is_main ?? false) - Number(one.is_main ?? false))
  return {
    entity: 'deal',
    id: String(lead.id),
    values: {
      name: textOf(lead.name),
      budget: lead.price_with_minor_units ?? lead.price ?? null,
      stage: lead.pipeline_id && lead.status_id ? `${lead.pipeline_id}/${lead.status_id}` : null,
      responsible: userOf(lead.responsible_user_id),
      ...decodeFields('deal', lead.custom_fields_values ?? [], fields, zone),
    },
    tags: tagsOf(lead),
    updatedAt: timeOf(lead.updated_at),
    contactIds: contacts.map(({ id }) => String(id)),
    ...markerOf(lead.custom_fields_values),
  }
}

/** Notes are messages, calls and much more besides; undefined for those that nobody wrote by hand. */
export function noteRecord(note: NotePayload, entity: 'contact' | 'deal'): CrmRecord | undefined {
  const text = note.params?.text
  if (note.note_type !== 'common' || typeof text !== 'string') return undefined
  return {
    entity: 'note',
    id: String(note.id),
    values: { text: withoutMarker(text) },
    tags: [],
    updatedAt: timeOf(note.updated_at ?? note.created_at),
    on: { entity, id: String(note.entity_id) },
  }
}

export function taskRecord(task: TaskPayload): CrmRecord {
  const entity = task.entity_type === 'leads' ? 'deal' : task.entity_type === 'contacts' ? 'contact' : undefined
  return {
    entity: 'task',
    id: String(task.id),
    values: {
      text: textOf(withoutMarker(task.text ?? '')),
      due_at: typeof task.complete_till === 'number' ? isoOf(task.complete_till) : null,
      done: task.is_completed ?? false,
      responsible: userOf(task.responsible_user_id),
    },
    tags: [],
    updatedAt: timeOf(task.updated_at),
    ...(entity && task.entity_id && { on: { entity, id: String(task.entity_id) } }),
  }
}

function markerOf(fields: ContactPayload['custom_fields_values']): Pick<CrmRecord, 'marker'> {
  const value = fields?.find(({ field_code: code }) => code === markerCode)?.values?.[0]?.value
  return typeof value === 'string' ? { marker: value } : {}
}

/** 0 is the robot, and nobody. */
function userOf(id: number | null | undefined): CrmValue {
  return id ? String(id) : null
}

function textOf(text: string | null | undefined): string | null {
  return text ? text : null
}

function tagsOf({ _embedded: embedded }: Pick<ContactPayload, '_embedded'>): string[] {
  return (embedded?.tags ?? []).map(({ name }) => name)
}

function timeOf(seconds: number | null | undefined): Date {
  return new Date((seconds ?? 0) * 1000)
}
