import { createHmac } from 'node:crypto'
import type { HookRequest } from '../../../src/conversations/channel.ts'
import { type JsonPeer, type PeerCall, type PeerReply, startJsonPeer } from '../json-peer.ts'
import { owners, pipelines } from './account.ts'
import { failure, type Kept } from './kept.ts'
import { openObjects } from './objects.ts'
import { freshProperties, type HubspotObject, type Property } from './properties.ts'
import { propertyBody } from './schemas.ts'
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
  const properties = freshProperties()
  let ids = 100
  const objects = openObjects(properties, { nextId: () => ++ids, now })

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
        return searched(body.data, [...objects.kept[kind].values()], properties[kind], (kept) =>
          objects.shown(kind, kept, body.data.properties),
        )
      },
    },
    {
      method: 'POST',
      path: new RegExp(`^/crm/v3/objects/${objectPath}$`),
      answer: ({ json }, { object }) => objects.create(object as HubspotObject, json),
    },
    {
      method: 'PATCH',
      path: new RegExp(`^/crm/v3/objects/${objectPath}/(?<id>\\d+)$`),
      answer: ({ json }, { object, id }) => objects.update(object as HubspotObject, id!, json),
    },
    {
      method: 'GET',
      path: new RegExp(`^/crm/v3/objects/${objectPath}/(?<id>\\d+)$`),
      answer: ({ query }, { object, id }) => objects.read(object as HubspotObject, id!, query),
    },
  ]

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
    objects: objects.kept,
    hookRequest,
    edit(object, id, values) {
      objects.put(object, objects.kept[object].get(id)!, values)
      if (object !== 'contacts' && object !== 'deals') return []
      const events = Object.entries(values).map(([propertyName, propertyValue]) =>
        event(object, id, 'propertyChange', { propertyName, propertyValue, changeSource: 'CRM_UI' }),
      )
      return [hookRequest(events)]
    },
    remove(object, id) {
      objects.kept[object].delete(id)
      if (object !== 'contacts' && object !== 'deals') return []
      return [hookRequest([event(object, id, 'deletion', { changeFlag: 'DELETED' })])]
    },
  }
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
