import { DateTime } from 'luxon'
import type { Account, Contact, Entity, HookEvent, Item, Lead, Note, Task } from './account.ts'

/** Events of a deal, in the old words that webhooks still use (crm_platform/webhooks-format). */
export function leadEvent(account: Account, action: string, lead: Lead, more: Record<string, unknown> = {}): HookEvent {
  const own = { status_id: lead.statusId, price: Math.trunc(lead.price), pipeline_id: lead.pipelineId, ...more }
  const fields =
    action === 'delete'
      ? { id: lead.id, status_id: lead.statusId, pipeline_id: lead.pipelineId }
      : { ...itemFields(account, 'leads', lead), ...own }
  return { setting: `${action}_lead`, group: 'leads', action, fields }
}

/** Companies come in the same group, so a contact says what it is. */
export function contactEvent(
  account: Account,
  action: string,
  contact: Contact,
  more: Record<string, unknown> = {},
): HookEvent {
  const linked = Object.fromEntries([...contact.leads].map((id) => [id, { ID: id }]))
  const fields =
    action === 'delete'
      ? { id: contact.id, type: 'contact' }
      : { ...itemFields(account, 'contacts', contact), linked_leads_id: linked, type: 'contact', ...more }
  return { setting: `${action}_contact`, group: 'contacts', action, fields }
}

export function noteEvent(account: Account, note: Note): HookEvent {
  const lead = note.entity === 'leads'
  const moment = (seconds: number) =>
    DateTime.fromSeconds(seconds, { zone: account.timezone }).toFormat('yyyy-MM-dd HH:mm:ss')
  const fields = {
    note: {
      id: note.id,
      note_type: noteTypes[note.type] ?? 4,
      element_type: lead ? 2 : 1,
      element_id: note.entityId,
      text: note.params.text,
      date_create: moment(note.createdAt),
      timestamp_x: moment(note.updatedAt),
      created_by: note.createdBy,
      main_user_id: note.responsible,
      modified_by: note.createdBy,
      account_id: account.id,
      metadata: '{"event_source":{"type":3}}',
    },
  }
  return { setting: lead ? 'note_lead' : 'note_contact', group: note.entity, action: 'note', fields }
}

const noteTypes: Record<string, number> = {
  common: 4,
  service_message: 25,
  extended_service_message: 25,
  sms_in: 102,
  sms_out: 103,
}

export function taskEvent(account: Account, action: string, task: Task, more: Record<string, unknown> = {}): HookEvent {
  const elements: Record<string, number> = { contacts: 1, leads: 2, companies: 3, customers: 12 }
  const whole = {
    id: task.id,
    element_id: task.entityId,
    element_type: task.entity === null ? null : elements[task.entity],
    task_type: task.typeId,
    text: task.text,
    status: task.done,
    account_id: account.id,
    created_user_id: task.createdBy,
    responsible_user_id: task.responsible,
    complete_till: task.completeTill,
    created_at: task.createdAt,
    updated_at: task.updatedAt,
    action_close: task.done,
    result: task.result === undefined ? null : { text: task.result },
    ...more,
  }
  const fields =
    action === 'delete' ? { id: task.id, element_id: task.entityId, element_type: whole.element_type } : whole
  return { setting: `${action}_task`, group: 'task', action, fields }
}

function itemFields(account: Account, entity: Entity, item: Item): Record<string, unknown> {
  return {
    id: item.id,
    name: item.name,
    responsible_user_id: item.responsible,
    date_create: item.createdAt,
    last_modified: item.updatedAt,
    created_user_id: item.createdBy,
    modified_user_id: item.updatedBy,
    account_id: account.id,
    created_at: item.createdAt,
    updated_at: item.updatedAt,
    tags: [...item.tags].map((id) => ({ id, name: account.tags[entity].names.get(id) })),
    custom_fields: [...item.fields].flatMap(([id, values]) => {
      const field = account.fields[entity].get(id)
      if (field === undefined) return []
      const told = values.map(({ value, enum_id }) => ({ value, enum: enum_id }))
      return [{ id, name: field.name, code: field.code, values: told }]
    }),
  }
}
