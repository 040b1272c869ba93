import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { HookRequest } from '../../../src/conversations/channel.ts'
import { type JsonPeer, type PeerCall, type PeerReply, startJsonPeer } from '../json-peer.ts'
import { failure, type Kept } from './kept.ts'
import { freshProperties, type HubspotObject, type Property, told, valueFault } from './properties.ts'
import { searchBody, searched } from './search.ts'

/**
 * A stand-in for the account of a customer at api.hubapi.com, from https://developers.hubspot.com/docs/api-reference and the schemas of
 * HubSpot/hubspot-api-nodejs: the part of the CRM API v3 that `adapters/rest-crm/examples/hubspot.yaml` uses. Its search sees everything
 * at once, which the real one does only after some seconds.
 */
export interface HubspotDouble extends Pick<JsonPeer, 'url' | 'refused' | 'faults' | 'connections' | 'stop' | 'calls'> {
  objects: Record<HubspotObject, Map<string, Kept>>
  /** A user changes or deletes something; what the app is told of it. */
  edit(object: HubspotObject, id: string, properties: Record<string, string>): HookRequest[]
  remove(object: HubspotObject, id: string): HookRequest[]
  hookRequest(events: unknown, secret?: string): HookRequest
}

export interface HubspotOptions {
  token: string
  clientSecret: string
  hookUrl: string
  now: () => Date
}

export async function startHubspot({ token, clientSecret, hookUrl, now }: HubspotOptions): Promise<HubspotDouble> {
  const objects = {
    contacts: new Map(),
    deals: new Map(),
    notes: new Map(),
    tasks: new Map(),
  } as HubspotDouble['objects']
  const properties = freshProperties()
  let ids = 100

  const answer = (call: PeerCall): PeerReply => {
    if (call.headers.authorization !== `Bearer ${token}`)
      return failure(401, 'INVALID_AUTHENTICATION', 'Authentication credentials not found.')
    for (const { method, path, answer: route } of routes) {
      const match = call.method === method && path.exec(call.path)
      if (match) return route(call, match.groups ?? {})
    }
    return failure(405, 'VALIDATION_ERROR', `There is no ${call.method} ${call.path}.`)
  }

  const objectPath = '(?<object>contacts|deals|notes|tasks)'
  const routes: { method: string; path: RegExp; answer(call: PeerCall, at: Record<string, string>): PeerReply }[] = [
    {
      method: 'GET',
      path: /^\/account-info\/v3\/details$/,
      answer: () => ({
        status: 200,
        body: { portalId: 146_425_021, accountType: 'STANDARD', timeZone: 'Europe/Berlin' },
      }),
    },
    {
      method: 'GET',
      path: /^\/crm\/v3\/pipelines\/deals$/,
      answer: () => ({ status: 200, body: { results: pipelines } }),
    },
    { method: 'GET', path: /^\/crm\/v3\/owners$/, answer: ({ query }) => owners(query) },
    {
      method: 'GET',
      path: new RegExp(`^/crm/v3/properties/${objectPath}$`),
      answer: (_call, { object }) => ({ status: 200, body: { results: properties[object as HubspotObject] } }),
    },
    {
      method: 'POST',
      path: new RegExp(`^/crm/v3/properties/${objectPath}$`),
      answer: ({ json }, { object }) => addProperty(properties[object as HubspotObject], json),
    },
    {
      method: 'POST',
      path: new RegExp(`^/crm/v3/objects/${objectPath}/search$`),
      answer: ({ json }, { object }) => {
        const kind = object as HubspotObject
        const body = searchBody.safeParse(json)
        if (!body.success) return failure(400, 'VALIDATION_ERROR', body.error.issues[0]!.message)
        return searched(body.data, [...objects[kind].values()], properties[kind], (kept) =>
          shown(kind, kept, body.data.properties),
        )
      },
    },
    {
      method: 'POST',
      path: new RegExp(`^/crm/v3/objects/${objectPath}$`),
      answer: ({ json }, { object }) => create(object as HubspotObject, json),
    },
    {
      method: 'PATCH',
      path: new RegExp(`^/crm/v3/objects/${objectPath}/(?<id>\\d+)$`),
      answer: ({ json }, { object, id }) => update(object as HubspotObject, id!, json),
    },
    {
      method: 'GET',
      path: new RegExp(`^/crm/v3/objects/${objectPath}/(?<id>\\d+)$`),
      answer: ({ query }, { object, id }) => {
        const kept = objects[object as HubspotObject].get(id!)
        if (!kept) return failure(404, 'OBJECT_NOT_FOUND', 'resource not found')
        const wanted = query.get('properties')?.split(',')
        const body = shown(object as HubspotObject, kept, wanted)
        return { status: 200, body: { ...body, ...associated(kept, query.get('associations')?.split(',') ?? []) } }
      },
    },
  ]

  function create(object: HubspotObject, json: unknown): PeerReply {
    const parsed = createBody.safeParse(json)
    if (!parsed.success) return failure(400, 'VALIDATION_ERROR', parsed.error.issues[0]!.message)
    const { properties: values, associations } = parsed.data
    const fault = faultOf(object, values) ?? missing(object, values) ?? associationFault(object, associations)
    if (fault) return failure(400, 'VALIDATION_ERROR', fault)
    const twin = object === 'contacts' && values.email ? byEmail(values.email) : undefined
    if (twin) return failure(409, 'CONFLICT', `Contact already exists. Existing ID: ${twin.id}`)
    const kept: Kept = { id: String(++ids), properties: {}, associations: [], createdAt: now(), updatedAt: now() }
    for (const { to, types } of associations) {
      kept.associations.push({ to: associationTypes[types[0]!.associationTypeId]!.to, id: to.id })
    }
    objects[object].set(kept.id, kept)
    put(object, kept, values)
    return { status: 201, body: shown(object, kept, Object.keys(values)) }
  }

  function update(object: HubspotObject, id: string, json: unknown): PeerReply {
    const kept = objects[object].get(id)
    if (!kept) return failure(404, 'OBJECT_NOT_FOUND', 'resource not found')
    const parsed = updateBody.safeParse(json)
    if (!parsed.success) return failure(400, 'VALIDATION_ERROR', parsed.error.issues[0]!.message)
    const fault = faultOf(object, { ...stageOf(object, kept), ...parsed.data.properties })
    if (fault) return failure(400, 'VALIDATION_ERROR', fault)
    put(object, kept, parsed.data.properties)
    return { status: 200, body: shown(object, kept, Object.keys(parsed.data.properties)) }
  }

  function put(object: HubspotObject, kept: Kept, values: Record<string, string>): void {
    for (const [name, value] of Object.entries(values)) {
      if (value === '') delete kept.properties[name]
      else
        kept.properties[name] = told(
          properties[object].find((property) => property.name === name),
          value,
        )
    }
    kept.updatedAt = now()
  }

  function faultOf(object: HubspotObject, values: Record<string, string>): string | undefined {
    for (const [name, value] of Object.entries(values)) {
      const property = properties[object].find((one) => one.name === name)
      const fault = property ? valueFault(property, value) : 'PROPERTY_DOESNT_EXIST'
      if (fault) return `Property values were not valid: ${name}: ${fault}`
    }
    if (values.hubspot_owner_id && !people.some(({ id }) => id === values.hubspot_owner_id)) return 'INVALID_OWNER_ID'
    if (values.dealstage === undefined && values.pipeline === undefined) return undefined
    const stages = pipelines.find(({ id }) => id === (values.pipeline ?? 'default'))?.stages
    return stages?.some(({ id }) => id === values.dealstage) ? undefined : 'INVALID_STAGE of this pipeline'
  }

  const byEmail = (email: string) =>
    [...objects.contacts.values()].find((kept) => kept.properties.email === email.toLowerCase())

  function associationFault(from: HubspotObject, associations: z.infer<typeof createBody>['associations']) {
    for (const { to, types } of associations) {
      const type = associationTypes[types[0]!.associationTypeId]
      if (type?.from !== from) return `${types[0]!.associationTypeId} is no type of association of ${from}`
      if (!objects[type.to].has(to.id)) return `${type.to} ${to.id} does not exist`
    }
    return undefined
  }

  function shown(object: HubspotObject, kept: Kept, wanted: string[] = []) {
    const dates = object === 'contacts' ? ['createdate', 'lastmodifieddate'] : ['createdate', 'hs_lastmodifieddate']
    const values = {
      ...kept.properties,
      hs_object_id: kept.id,
      [dates[0]!]: kept.createdAt.toISOString(),
      [dates[1]!]: kept.updatedAt.toISOString(),
    }
    const names = [
      ...new Set([
        ...dates,
        'hs_object_id',
        ...wanted.filter((name) => properties[object].some((one) => one.name === name)),
      ]),
    ]
    return {
      id: kept.id,
      properties: Object.fromEntries(names.map((name) => [name, values[name] ?? null])),
      createdAt: kept.createdAt.toISOString(),
      updatedAt: kept.updatedAt.toISOString(),
      archived: false,
    }
  }

  const peer = await startJsonPeer(answer, {
    now,
    isRefusal: ({ status }) => status >= 400 && status !== 404 && status !== 409,
  })

  const hookRequest: HubspotDouble['hookRequest'] = (events, secret = clientSecret) => {
    const body = JSON.stringify(events)
    const at = String(now().getTime())
    const signature = createHmac('sha256', secret).update(`POST${hookUrl}${body}${at}`).digest('base64')
    return {
      method: 'POST',
      url: new URL(hookUrl),
      headers: new Headers({
        'content-type': 'application/json',
        'x-hubspot-signature-v3': signature,
        'x-hubspot-request-timestamp': at,
      }),
      body: new TextEncoder().encode(body),
    }
  }

  /** As the events of "legacyCrmObjects" look (developers.hubspot.com/docs/guides/crm/private-apps/webhooks). */
  const event = (object: HubspotObject, id: string, what: string, more = {}) => ({
    eventId: ++ids,
    subscriptionId: 234_567,
    portalId: 146_425_021,
    appId: 987_654,
    occurredAt: now().getTime(),
    subscriptionType: `${object.slice(0, -1)}.${what}`,
    attemptNumber: 0,
    objectId: Number(id),
    ...more,
  })

  return {
    ...peer,
    objects,
    hookRequest,
    edit(object, id, values) {
      put(object, objects[object].get(id)!, values)
      if (object !== 'contacts' && object !== 'deals') return []
      const events = Object.entries(values).map(([propertyName, propertyValue]) =>
        event(object, id, 'propertyChange', { propertyName, propertyValue, changeSource: 'CRM_UI' }),
      )
      return [hookRequest(events)]
    },
    remove(object, id) {
      objects[object].delete(id)
      if (object !== 'contacts' && object !== 'deals') return []
      return [hookRequest([event(object, id, 'deletion', { changeFlag: 'DELETED' })])]
    },
  }
}

const createBody = z.strictObject({
  properties: z.record(z.string(), z.string()),
  associations: z
    .array(
      z.strictObject({
        to: z.strictObject({ id: z.string().regex(/^\d+$/) }),
        types: z
          .array(z.strictObject({ associationCategory: z.literal('HUBSPOT_DEFINED'), associationTypeId: z.int() }))
          .length(1),
      }),
    )
    .default([]),
})
const updateBody = z.strictObject({ properties: z.record(z.string(), z.string()) })

/** https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide, "Association type id values". */
const associationTypes: Record<number, { from: HubspotObject; to: HubspotObject }> = {
  3: { from: 'deals', to: 'contacts' },
  202: { from: 'notes', to: 'contacts' },
  214: { from: 'notes', to: 'deals' },
  204: { from: 'tasks', to: 'contacts' },
  216: { from: 'tasks', to: 'deals' },
}

const stage = (id: string, label: string, probability: string, isClosed = 'false') => ({
  id,
  label,
  displayOrder: 0,
  archived: false,
  metadata: { isClosed, probability },
})

const pipelines = [
  {
    id: 'default',
    label: 'Sales Pipeline',
    stages: [
      stage('appointmentscheduled', 'Appointment scheduled', '0.2'),
      stage('qualifiedtobuy', 'Qualified to buy', '0.4'),
      stage('closedwon', 'Closed won', '1.0', 'true'),
      stage('closedlost', 'Closed lost', '0.0', 'true'),
    ],
  },
  {
    id: '75e28846',
    label: 'Service',
    stages: [
      stage('1001', 'Called', '0.2'),
      stage('1002', 'Repaired', '1.0', 'true'),
      stage('1003', 'Gone', '0.0', 'true'),
    ],
  },
]

const people = [
  {
    id: '41629779',
    email: 'olga@example.com',
    firstName: 'Olga',
    lastName: 'Manager',
    archived: false,
    type: 'PERSON',
  },
  {
    id: '60158084',
    email: 'peter@example.com',
    firstName: 'Peter',
    lastName: 'Seller',
    archived: false,
    type: 'PERSON',
  },
]

/** One a page, so that whoever does not ask for the next one misses half. */
function owners(query: URLSearchParams): PeerReply {
  const at = Number(query.get('after') ?? 0)
  const next = at + 1 < people.length ? { paging: { next: { after: String(at + 1) } } } : {}
  return { status: 200, body: { results: [people[at]], ...next } }
}

function addProperty(properties: Property[], json: unknown): PeerReply {
  const parsed = propertyBody.safeParse(json)
  if (!parsed.success) return failure(400, 'VALIDATION_ERROR', parsed.error.issues[0]!.message)
  const { groupName: _, ...property } = parsed.data
  if (properties.some(({ name }) => name === property.name))
    return failure(409, 'OBJECT_ALREADY_EXISTS', `Property "${property.name}" already exists.`)
  properties.push({ ...property, hubspotDefined: false, options: [] })
  return { status: 201, body: property }
}

const propertyBody = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]*$/),
  label: z.string().min(1),
  type: z.enum(['string', 'number', 'date', 'datetime', 'enumeration', 'bool']),
  fieldType: z.string(),
  groupName: z.string().min(1),
})

/** A contact has its association once for each of its labels: the same id may come twice. */
function associated({ associations }: Kept, wanted: string[]) {
  const of = (to: string) => associations.filter((one) => one.to === to).map(({ id }) => id)
  const found = wanted.filter((to) => of(to).length > 0)
  if (found.length === 0) return {}
  const results = (to: string) =>
    of(to).flatMap((id) => [
      { id, type: 'labelled' },
      { id, type: `to_${to}_unlabeled` },
    ])
  return { associations: Object.fromEntries(found.map((to) => [to, { results: results(to) }])) }
}

/** A deal's stage is checked within the pipeline that it is in. */
function stageOf(object: HubspotObject, { properties: { pipeline, dealstage } }: Kept): Record<string, string> {
  return object === 'deals' && pipeline && dealstage ? { pipeline, dealstage } : {}
}

function missing(object: HubspotObject, values: Record<string, string>): string | undefined {
  if (object === 'deals' && !values.dealname) return 'dealname is required'
  if ((object === 'notes' || object === 'tasks') && !values.hs_timestamp) return 'hs_timestamp is required'
  return undefined
}
