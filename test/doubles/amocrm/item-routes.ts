import type { Account, Contact, Entity, Lead } from './account.ts'
import { alive } from './account.ts'
import { checkContact, checkLead, writeContact, writeLead } from './items.ts'
import { asked, checkQuery, filtered, page, type Reply, withinFilter } from './pages.ts'
import { type FieldFault, fault, notThere, problem, refuse } from './refusal.ts'
import type { Call, Route } from './route.ts'
import {
  type ComplexBody,
  changedContact,
  changedLead,
  complexLead,
  newContact,
  newLead,
  readBatch,
  readOne,
} from './schemas.ts'
import { self, showContact, showLead } from './show.ts'

/** Deals and contacts: lists, single ones, batches, and deals together with their contacts. */
export const itemRoutes: Route[] = [
  { method: 'POST', path: /^leads\/complex$/, answer: makeComplex },
  { method: 'GET', path: /^(leads|contacts)$/, answer: list },
  { method: 'POST', path: /^(leads|contacts)$/, answer: make },
  { method: 'PATCH', path: /^(leads|contacts)$/, answer: changeMany },
  { method: 'GET', path: /^(leads|contacts)\/(\d+)$/, answer: one },
  { method: 'PATCH', path: /^(leads|contacts)\/(\d+)$/, answer: changeOne },
]

const most = 250
const rules = {
  leads: {
    orders: ['created_at', 'updated_at', 'id'],
    with: [
      'contacts',
      'catalog_elements',
      'is_price_modified_by_robot',
      'loss_reason',
      'only_deleted',
      'source_id',
      'source',
    ],
    further: ['query', 'filter'],
  },
  contacts: {
    orders: ['updated_at', 'id'],
    with: ['leads', 'catalog_elements', 'customers'],
    further: ['query', 'filter'],
  },
}
const filters = new Set(['id', 'name', 'created_at', 'updated_at', 'responsible_user_id', 'pipeline_id'])

function list({ account, query, params: [name = ''] }: Call): Reply {
  const entity = name as Entity
  checkQuery(query, rules[entity])
  const named = [...query.keys()].filter((key) => key.startsWith('filter['))
  if (named.length > 0 && !account.filters) throw problem(403, 'Filters are not switched on in this account.')
  for (const key of named)
    if (!filters.has(/^filter\[(\w+)\]/.exec(key)?.[1] ?? '')) throw problem(400, `The filter ${key} is not known.`)
  const gone = asked(query, 'only_deleted')
  const ids = filtered(query, 'id')
  const store: Map<number, Lead | Contact> = account[entity]
  let found = ids === undefined ? [...store.values()] : ids.flatMap((id) => store.get(Number(id)) ?? [])
  found = found.filter((item) => item.deleted === gone)
  if (named.length > 0)
    found = found.filter(
      (item) => withinFilter(query, 'updated_at', item.updatedAt) && withinFilter(query, 'created_at', item.createdAt),
    )
  const words = query.get('query')
  if (words !== null) found = found.filter((item) => matches(item, words))
  const by = {
    id: ({ id }: Lead | Contact) => id,
    created_at: ({ createdAt }: Lead | Contact) => createdAt,
    updated_at: ({ updatedAt }: Lead | Contact) => updatedAt,
  }
  return page(query, entity, `${account.url}/api/v4/${entity}`, found, by, (item) => show(account, item, query))
}

function one({ account, query, params: [entity = '', id] }: Call): Reply {
  checkQuery(query, { with: rules[entity as Entity].with })
  const item = alive(account, entity, Number(id))
  return item === undefined ? { status: 204 } : { status: 200, body: show(account, item, query) }
}

function make({ account, by, json, query, params: [entity = ''] }: Call): Reply {
  checkQuery(query, {})
  if (entity === 'leads') {
    const bodies = readBatch(newLead, json, most)
    refuse(bodies, (body) => checkLead(account, body))
    return made(
      account,
      entity,
      bodies,
      bodies.map((body) => writeLead(account, body, by)),
    )
  }
  const bodies = readBatch(newContact, json, most)
  refuse(bodies, (body) => checkContact(account, body))
  return made(
    account,
    entity,
    bodies,
    bodies.map((body) => writeContact(account, body, by)),
  )
}

function changeMany({ account, by, json, query, params: [entity = ''] }: Call): Reply {
  checkQuery(query, {})
  const changed =
    entity === 'leads'
      ? changeLeads(account, readBatch(changedLead, json, most), by)
      : changeContacts(account, readBatch(changedContact, json, most), by)
  const shown = changed.map(({ item, requestId }, index) => ({
    id: item.id,
    name: item.name,
    updated_at: item.updatedAt,
    request_id: requestId ?? String(index),
    _links: self(account, `${entity}/${item.id}`),
  }))
  return { status: 200, body: { _links: self(account, entity), _embedded: { [entity]: shown } } }
}

function changeOne({ account, by, json, query, params: [entity = '', id] }: Call): Reply {
  checkQuery(query, {})
  if (alive(account, entity, Number(id)) === undefined) throw problem(404, 'Entity not found', false)
  const schema = entity === 'leads' ? changedLead : changedContact
  const body = { ...readOne<Parameters<typeof changeLeads>[1][number]>(schema, json), id: Number(id) }
  const [changed] = entity === 'leads' ? changeLeads(account, [body], by) : changeContacts(account, [body as never], by)
  const { item, requestId } = changed!
  const links = self(account, `${entity}/${item.id}`)
  return {
    status: 200,
    body: { id: item.id, name: item.name, updated_at: item.updatedAt, request_id: requestId ?? '0', _links: links },
  }
}

function changeLeads(account: Account, bodies: ReturnType<typeof changedLead.parse>[], by: number) {
  refuse(bodies, (body) => named(account, 'leads', body.id) ?? checkLead(account, body, account.leads.get(body.id!)))
  return bodies.map((body) => ({
    item: writeLead(account, body, by, account.leads.get(body.id!)),
    requestId: body.request_id,
  }))
}

function changeContacts(account: Account, bodies: ReturnType<typeof changedContact.parse>[], by: number) {
  refuse(bodies, (body) => named(account, 'contacts', body.id) ?? checkContact(account, body))
  return bodies.map((body) => ({
    item: writeContact(account, body, by, account.contacts.get(body.id!)),
    requestId: body.request_id,
  }))
}

function named(account: Account, entity: Entity, id: number | undefined): FieldFault[] | undefined {
  if (id === undefined) return [fault('id', 'This field is missing.', 'FieldMissing')]
  return alive(account, entity, id) === undefined ? [notThere('id')] : undefined
}

const mostComplex = 50
const mostFields = 40

/** One contact a deal, made with it or named by its id (leads-api, "Комплексное добавление сделок с контактом и компанией"). */
function makeComplex({ account, by, json, query }: Call): Reply {
  checkQuery(query, {})
  const bodies = readBatch(complexLead, json, mostComplex)
  refuse(bodies, (body) => {
    const contact = body._embedded?.contacts?.[0]
    const { _embedded: _, ...own } = body
    const faults = checkLead(account, own)
    const at = '_embedded.contacts.0.'
    if (contact?.id !== undefined && alive(account, 'contacts', contact.id) === undefined)
      faults.push(notThere(`${at}id`))
    if (contact !== undefined) faults.push(...checkContact(account, contact, at))
    for (const [path, values] of [
      ['', body.custom_fields_values],
      [at, contact?.custom_fields_values],
    ] as const)
      if ((values?.length ?? 0) > mostFields)
        faults.push(fault(`${path}custom_fields_values`, `At most ${mostFields} fields may be sent.`, 'TooMany'))
    return faults
  })
  return { status: 200, body: bodies.map((body, index) => makeWithContact(account, body, index, by)) }
}

function makeWithContact(account: Account, body: ComplexBody, index: number, by: number): unknown {
  const { _embedded: { contacts: [sent] = [], tags } = {}, ...own } = body
  const contact =
    sent && writeContact(account, sent, by, sent.id === undefined ? undefined : account.contacts.get(sent.id))
  const linked = contact === undefined ? {} : { contacts: [{ id: contact.id, is_main: true }] }
  const lead = writeLead(account, { ...own, _embedded: { ...(tags && { tags }), ...linked } }, by)
  return {
    id: lead.id,
    contact_id: contact?.id ?? null,
    company_id: null,
    request_id: [body.request_id ?? String(index)],
    merged: false,
  }
}

function made(
  account: Account,
  entity: string,
  bodies: { request_id?: string | undefined }[],
  items: { id: number }[],
): Reply {
  const shown = items.map(({ id }, index) => ({
    id,
    request_id: bodies[index]!.request_id ?? String(index),
    _links: self(account, `${entity}/${id}`),
  }))
  return { status: 200, body: { _links: self(account, entity), _embedded: { [entity]: shown } } }
}

function show(account: Account, item: Lead | Contact, query: URLSearchParams): unknown {
  return 'price' in item
    ? showLead(account, item, asked(query, 'contacts'))
    : showContact(account, item, asked(query, 'leads'))
}

/** Search by the fields that are filled; telephone numbers by their digits. */
function matches(item: Lead | Contact, words: string): boolean {
  const digits = /^\+?[\d\s()-]{6,}$/.test(words) ? words.replace(/\D/g, '').slice(-10) : undefined
  const texts = [item.name, ...[...item.fields.values()].flat().map(({ value }) => String(value))]
  return texts.some((text) =>
    digits ? text.replace(/\D/g, '').includes(digits) : text.toLowerCase().includes(words.toLowerCase()),
  )
}
