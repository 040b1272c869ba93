import { type Account, alive, type Contact, type Entity, type Item, type Lead, lost, robot, won } from './account.ts'
import { readFieldValues } from './field-values.ts'
import { contactEvent, leadEvent } from './hook-fields.ts'
import { type FieldFault, fault, noChoice, notThere } from './refusal.ts'
import type { ContactBody, LeadBody, NewLeadBody } from './schemas.ts'

type TagRef = { id?: number | undefined; name?: string | undefined }
type ItemBody = Pick<
  LeadBody,
  | 'responsible_user_id'
  | 'custom_fields_values'
  | 'tags_to_add'
  | 'tags_to_delete'
  | '_embedded'
  | 'updated_by'
  | 'created_by'
  | 'created_at'
>

/** What is wrong with a deal that is to be made or, where there is one, changed. */
export function checkLead(account: Account, body: LeadBody | NewLeadBody, current?: Lead): FieldFault[] {
  const faults = checkItem(account, 'leads', body)
  const pipelineId = body.pipeline_id ?? current?.pipelineId ?? account.pipelines.find(({ isMain }) => isMain)?.id
  const pipeline = account.pipelines.find(({ id }) => id === pipelineId)
  if (pipeline === undefined) faults.push(noChoice('pipeline_id'))
  const closing = body.status_id === won || body.status_id === lost
  if (closing && body.pipeline_id === undefined)
    faults.push(fault('pipeline_id', 'Statuses 142 and 143 are in every pipeline: name the pipeline.', 'FieldMissing'))
  if (body.status_id !== undefined) {
    const named = body.pipeline_id === undefined ? account.pipelines : pipeline ? [pipeline] : []
    const status = named.flatMap(({ statuses }) => statuses).find(({ id }) => id === body.status_id)
    if (status === undefined || status.type === 1) faults.push(noChoice('status_id'))
  }
  const linked = (body as NewLeadBody)._embedded?.contacts ?? []
  for (const [index, { id }] of linked.entries())
    if (alive(account, 'contacts', id) === undefined) faults.push(notThere(`_embedded.contacts.${index}.id`))
  return faults
}

/** Makes a deal or changes one, after {@link checkLead}; tells the webhooks. */
export function writeLead(account: Account, body: LeadBody | NewLeadBody, by: number, current?: Lead): Lead {
  const main = account.pipelines.find(({ isMain }) => isMain)!
  const at = account.now()
  const lead: Lead = current ?? {
    ...newItem(account, body, by),
    price: 0,
    pipelineId: main.id,
    statusId: 0,
    closedAt: null,
    contacts: [],
  }
  const before = { ...lead, look: look(lead) }
  writeItem(account, 'leads', lead, body)
  if (typeof body.name === 'string') lead.name = body.name
  if (current === undefined && lead.name === '') lead.name = `Сделка #${lead.id}`
  if (body.price !== undefined) lead.price = body.price
  const owner = account.pipelines.find(({ statuses }) => statuses.some(({ id }) => id === body.status_id))
  const pipelineId = body.pipeline_id ?? (body.status_id === undefined ? lead.pipelineId : owner!.id)
  const moved = pipelineId !== lead.pipelineId || lead.statusId === 0
  lead.pipelineId = pipelineId
  if (body.status_id !== undefined) lead.statusId = body.status_id
  else if (moved) lead.statusId = account.pipelines.find(({ id }) => id === pipelineId)!.statuses[1]!.id
  lead.closedAt = lead.statusId === won || lead.statusId === lost ? (lead.closedAt ?? at) : null
  if (current === undefined) {
    const linked = (body as NewLeadBody)._embedded?.contacts ?? []
    for (const { id } of linked.toSorted((a, b) => Number(b.is_main ?? false) - Number(a.is_main ?? false)))
      linkContact(account, lead, id)
    account.leads.set(lead.id, lead)
    account.tell(leadEvent(account, 'add', lead))
    return lead
  }
  if (look(lead) === before.look) return lead
  touch(lead, body, by, at)
  const { statusId, pipelineId: oldPipeline, responsible } = before
  const was = { old_status_id: statusId, old_pipeline_id: oldPipeline }
  account.tell(leadEvent(account, 'update', lead))
  if (lead.statusId !== statusId || lead.pipelineId !== oldPipeline)
    account.tell(leadEvent(account, 'status', lead, was))
  if (lead.responsible !== responsible)
    account.tell(leadEvent(account, 'responsible', lead, { old_responsible_user_id: responsible }))
  return lead
}

export function checkContact(account: Account, body: ContactBody, at = ''): FieldFault[] {
  return checkItem(account, 'contacts', body, at)
}

/** Makes a contact or changes one, after {@link checkContact}; tells the webhooks. */
export function writeContact(account: Account, body: ContactBody, by: number, current?: Contact): Contact {
  const contact: Contact = current ?? { ...newItem(account, body, by), firstName: '', lastName: '', leads: new Set() }
  const before = { responsible: contact.responsible, look: look(contact) }
  writeItem(account, 'contacts', contact, body)
  if (body.first_name !== undefined) contact.firstName = body.first_name ?? ''
  if (body.last_name !== undefined) contact.lastName = body.last_name ?? ''
  if (body.name !== undefined) contact.name = body.name
  else if (body.first_name !== undefined || body.last_name !== undefined)
    contact.name = [contact.firstName, contact.lastName].filter(Boolean).join(' ')
  if (current === undefined) {
    account.contacts.set(contact.id, contact)
    account.tell(contactEvent(account, 'add', contact))
    return contact
  }
  if (look(contact) === before.look) return contact
  touch(contact, body, by, account.now())
  account.tell(contactEvent(account, 'update', contact))
  if (contact.responsible !== before.responsible)
    account.tell(contactEvent(account, 'responsible', contact, { old_responsible_user_id: before.responsible }))
  return contact
}

/** Links a contact; the first one is the main one, unless told otherwise. */
export function linkContact(account: Account, lead: Lead, contactId: number, main = false): void {
  lead.contacts = lead.contacts.filter((id) => id !== contactId || !main)
  if (main) lead.contacts.unshift(contactId)
  else if (!lead.contacts.includes(contactId)) lead.contacts.push(contactId)
  account.contacts.get(contactId)?.leads.add(lead.id)
}

/** Puts a deal or contact into the bin. */
export function deleteItem(account: Account, entity: Entity, id: number): void {
  const item = alive(account, entity, id)
  if (item === undefined) return
  item.deleted = true
  account.tell('price' in item ? leadEvent(account, 'delete', item) : contactEvent(account, 'delete', item))
}

function checkItem(account: Account, entity: Entity, body: ItemBody, at = ''): FieldFault[] {
  const { faults } = readFieldValues(account, entity, body.custom_fields_values, at)
  const responsible = body.responsible_user_id
  if (responsible !== undefined && !account.users.some(({ id }) => id === responsible))
    faults.push(noChoice(`${at}responsible_user_id`))
  const refs: TagRef[] = [...(body.tags_to_add ?? []), ...(body._embedded?.tags ?? [])]
  for (const { id, name } of refs)
    if (name === undefined && !account.tags[entity].names.has(id!)) faults.push(noChoice(`${at}_embedded.tags`))
  return faults
}

function newItem(account: Account, body: ItemBody, by: number): Item {
  const at = account.now()
  return {
    id: account.nextId(),
    name: '',
    responsible: robot,
    createdBy: body.created_by ?? by,
    updatedBy: body.created_by ?? by,
    createdAt: body.created_at ?? at,
    updatedAt: at,
    deleted: false,
    fields: new Map(),
    tags: new Set(),
  }
}

function writeItem(account: Account, entity: Entity, item: Item, body: ItemBody): void {
  if (body.responsible_user_id !== undefined) item.responsible = body.responsible_user_id
  for (const [id, values] of readFieldValues(account, entity, body.custom_fields_values).values) {
    if (values.length === 0) item.fields.delete(id)
    else item.fields.set(id, values)
  }
  const { tags } = body._embedded ?? {}
  if (tags !== undefined) item.tags = new Set((tags ?? []).map((ref) => tagId(account, entity, ref)!))
  for (const ref of body.tags_to_add ?? []) item.tags.add(tagId(account, entity, ref)!)
  for (const ref of body.tags_to_delete ?? []) {
    const { ids } = account.tags[entity]
    item.tags.delete((ref as TagRef).id ?? ids.get((ref as TagRef).name?.toLowerCase() ?? '') ?? 0)
  }
}

/** Tags are one, however their letters are written. */
function tagId(account: Account, entity: Entity, { id, name }: TagRef): number | undefined {
  if (name === undefined) return id
  const { names, ids } = account.tags[entity]
  const known = ids.get(name.toLowerCase())
  if (known !== undefined) return known
  const made = account.nextId()
  names.set(made, name)
  ids.set(name.toLowerCase(), made)
  return made
}

function touch(item: Item, body: ItemBody, by: number, at: number): void {
  item.updatedAt = Math.max(at, item.updatedAt)
  item.updatedBy = body.updated_by ?? by
}

/** All of it that can be changed, to see whether anything was. */
function look(item: Item): string {
  const { updatedAt: _, updatedBy: __, ...rest } = item
  return JSON.stringify(rest, (_key, value) => (value instanceof Map || value instanceof Set ? [...value] : value))
}
