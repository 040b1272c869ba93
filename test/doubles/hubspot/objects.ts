import type { z } from 'zod'
import type { PeerReply } from '../json-peer.ts'
import { associationTypes, people, pipelines } from './account.ts'
import { failure, type Kept } from './kept.ts'
import { type HubspotObject, type Property, told, valueFault } from './properties.ts'
import { createBody, updateBody } from './schemas.ts'

/** The objects of an account, made, changed and shown as the vendor does it. */
export interface HubspotObjects {
  kept: Record<HubspotObject, Map<string, Kept>>
  create(object: HubspotObject, json: unknown): PeerReply
  update(object: HubspotObject, id: string, json: unknown): PeerReply
  /** One by its id, with the properties and associations that the query names. */
  read(object: HubspotObject, id: string, query: URLSearchParams): PeerReply
  /** Writes values that nobody checks; an empty one empties its property. */
  put(object: HubspotObject, kept: Kept, values: Record<string, string>): void
  /** An object as it is told, with the properties that are wanted besides those that are always told. */
  shown(object: HubspotObject, kept: Kept, wanted?: string[]): object
}

export function openObjects(
  properties: Record<HubspotObject, Property[]>,
  { nextId, now }: { nextId: () => number; now: () => Date },
): HubspotObjects {
  const objects: HubspotObjects['kept'] = {
    contacts: new Map(),
    deals: new Map(),
    notes: new Map(),
    tasks: new Map(),
  }

  function create(object: HubspotObject, json: unknown): PeerReply {
    const parsed = createBody.safeParse(json)
    if (!parsed.success) return failure(400, 'VALIDATION_ERROR', parsed.error.issues[0]!.message)
    const { properties: values, associations } = parsed.data
    const fault = faultOf(object, values) ?? missing(object, values) ?? associationFault(object, associations)
    if (fault) return failure(400, 'VALIDATION_ERROR', fault)
    const twin = object === 'contacts' && values.email ? byEmail(values.email) : undefined
    if (twin) return failure(409, 'CONFLICT', `Contact already exists. Existing ID: ${twin.id}`)
    const kept: Kept = { id: String(nextId()), properties: {}, associations: [], createdAt: now(), updatedAt: now() }
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

  function read(object: HubspotObject, id: string, query: URLSearchParams): PeerReply {
    const kept = objects[object].get(id)
    if (!kept) return failure(404, 'OBJECT_NOT_FOUND', 'resource not found')
    const body = shown(object, kept, query.get('properties')?.split(','))
    return { status: 200, body: { ...body, ...associated(kept, query.get('associations')?.split(',') ?? []) } }
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

  return { kept: objects, create, update, read, put, shown }
}

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
