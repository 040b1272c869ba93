import type { Account, Contact, Entity, Field, Item, Lead, Note, Pipeline, Task, User } from './account.ts'
import { showFieldValues } from './field-values.ts'

/** Records as the vendor's answers show them. */
export function showLead(account: Account, lead: Lead, withContacts: boolean): unknown {
  return {
    id: lead.id,
    name: lead.name,
    price: Math.trunc(lead.price),
    price_with_minor_units: lead.price,
    ...head(lead),
    status_id: lead.statusId,
    pipeline_id: lead.pipelineId,
    loss_reason_id: null,
    closed_at: lead.closedAt,
    score: null,
    labor_cost: null,
    ...tail(account, 'leads', lead),
    _embedded: {
      tags: tagsOf(account, 'leads', lead),
      companies: [],
      ...(withContacts && {
        contacts: lead.contacts
          .filter((id) => account.contacts.get(id)?.deleted === false)
          .map((id, index) => ({ id, is_main: index === 0, _links: self(account, `contacts/${id}`) })),
      }),
    },
  }
}

export function showContact(account: Account, contact: Contact, withLeads: boolean): unknown {
  return {
    id: contact.id,
    name: contact.name,
    first_name: contact.firstName,
    last_name: contact.lastName,
    ...head(contact),
    is_unsorted: false,
    ...tail(account, 'contacts', contact),
    _embedded: {
      tags: tagsOf(account, 'contacts', contact),
      companies: [],
      ...(withLeads && { leads: [...contact.leads].map((id) => ({ id, _links: self(account, `leads/${id}`) })) }),
    },
  }
}

export function showNote(account: Account, note: Note): unknown {
  return {
    id: note.id,
    entity_id: note.entityId,
    created_by: note.createdBy,
    updated_by: note.createdBy,
    created_at: note.createdAt,
    updated_at: note.updatedAt,
    responsible_user_id: note.responsible,
    group_id: 0,
    note_type: note.type,
    params: note.params,
    account_id: account.id,
    _links: self(account, `${note.entity}/notes/${note.id}`),
  }
}

export function showTask(account: Account, task: Task): unknown {
  return {
    id: task.id,
    created_by: task.createdBy,
    updated_by: task.createdBy,
    created_at: task.createdAt,
    updated_at: task.updatedAt,
    responsible_user_id: task.responsible,
    group_id: 0,
    entity_id: task.entityId ?? 0,
    entity_type: task.entity,
    duration: task.duration,
    is_completed: task.done,
    task_type_id: task.typeId,
    text: task.text,
    // PHP: an empty result is an empty list.
    result: task.result === undefined ? [] : { text: task.result },
    complete_till: task.completeTill,
    account_id: account.id,
    _links: self(account, `tasks/${task.id}`),
  }
}

export function showPipeline(account: Account, pipeline: Pipeline): unknown {
  const { id, name, sort, isMain, statuses } = pipeline
  return {
    id,
    name,
    sort,
    is_main: isMain,
    is_unsorted_on: true,
    is_archive: false,
    account_id: account.id,
    _links: self(account, `leads/pipelines/${id}`),
    _embedded: {
      statuses: statuses.map((status) => ({
        ...status,
        is_editable: status.type === 0 && status.id > 143,
        pipeline_id: id,
        color: '#99ccff',
        account_id: account.id,
        _links: self(account, `leads/pipelines/${id}/statuses/${status.id}`),
      })),
    },
  }
}

export function showUser(account: Account, { id, name, email, isAdmin }: User): unknown {
  const rights = { is_admin: isAdmin, is_free: false, is_active: true, group_id: null, role_id: null }
  return { id, name, email, lang: 'ru', rights, _links: self(account, `users/${id}`) }
}

export function showField(account: Account, entity: Entity, field: Field): unknown {
  const { id, name, type, code, sort, enums, isPredefined } = field
  return {
    id,
    name,
    type,
    account_id: account.id,
    code,
    sort,
    is_api_only: false,
    enums,
    group_id: null,
    required_statuses: [],
    is_deletable: !isPredefined,
    is_predefined: isPredefined,
    entity_type: entity,
    remind: null,
    _links: self(account, `${entity}/custom_fields/${id}`),
  }
}

export function self(account: Account, path: string): unknown {
  return { self: { href: `${account.url}/api/v4/${path}` } }
}

function head(item: Item): Record<string, unknown> {
  return { responsible_user_id: item.responsible, group_id: 0, created_by: item.createdBy, updated_by: item.updatedBy }
}

function tail(account: Account, entity: Entity, item: Item): Record<string, unknown> {
  return {
    created_at: item.createdAt,
    updated_at: item.updatedAt,
    closest_task_at: null,
    is_deleted: item.deleted,
    custom_fields_values: showFieldValues(account, entity, item.fields),
    account_id: account.id,
    _links: self(account, `${entity}/${item.id}`),
  }
}

function tagsOf(account: Account, entity: Entity, item: Item): unknown[] {
  return [...item.tags].map((id) => ({ id, name: account.tags[entity].names.get(id), color: null }))
}
