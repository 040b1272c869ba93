import type { HookRequest } from '../../../src/conversations/channel.ts'
import { type JsonPeer, type PeerCall, type PeerReply, startJsonPeer } from '../json-peer.ts'
import { accountFields, customFault, pipelines, stages, users } from './account.ts'
import { type Kept, listed, listedNotes, page } from './lists.ts'
import { bodies, required, searchQuery, webhookBody } from './schemas.ts'

export type PipedriveThing = keyof typeof bodies

/**
 * A stand-in for an account of a customer at api.pipedrive.com, from https://developers.pipedrive.com/docs/api/v1 and the models of
 * pipedrive/client-nodejs: the part of its API that `adapters/rest-crm/examples/pipedrive.yaml` uses.
 */
export interface PipedriveDouble
  extends Pick<JsonPeer, 'url' | 'refused' | 'faults' | 'connections' | 'stop' | 'calls'> {
  things: Record<PipedriveThing, Map<number, Kept>>
  webhooks: Map<number, { subscription_url: string; http_auth_user: string; http_auth_password: string }>
  /** A user makes, changes or deletes something; what the webhooks tell of it. */
  add(thing: PipedriveThing, values: Record<string, unknown>): { id: number; requests: HookRequest[] }
  edit(thing: PipedriveThing, id: number, values: Record<string, unknown>): HookRequest[]
  remove(thing: PipedriveThing, id: number): HookRequest[]
  /** What comes to a hook from somebody who knows no password. */
  forged(url: string): HookRequest
}

export async function startPipedrive({ token, now }: { token: string; now: () => Date }): Promise<PipedriveDouble> {
  const things = {
    persons: new Map(),
    deals: new Map(),
    activities: new Map(),
    notes: new Map(),
  } as PipedriveDouble['things']
  const webhooks: PipedriveDouble['webhooks'] = new Map()
  let ids = 0

  const routes: [string, RegExp, (call: PeerCall, id: number, thing: PipedriveThing) => PeerReply][] = [
    ['GET', /^\/v1\/users\/me$/, () => ok({ ...users[0], company_name: 'Dealership' })],
    ['GET', /^\/v1\/users$/, () => ok(users)],
    [
      'GET',
      /^\/api\/v2\/pipelines$/,
      ({ query }) => page(pipelines, Number(query.get('limit') ?? 100), query.get('cursor')),
    ],
    [
      'GET',
      /^\/api\/v2\/stages$/,
      ({ query }) => ok(stages.filter((stage) => stage.pipeline_id === Number(query.get('pipeline_id')))),
    ],
    ['GET', /^\/api\/v2\/(person|deal)Fields$/, ({ query }) => page(accountFields, 4, query.get('cursor'))],
    ['GET', /^\/api\/v2\/persons\/search$/, ({ query }) => search(query)],
    ['GET', /^\/api\/v2\/(?<thing>persons|deals|activities)$/, ({ query }, _id, thing) => listed(things[thing], query)],
    ['POST', /^\/api\/v2\/(?<thing>persons|deals|activities)$/, ({ json }, _id, thing) => create(thing, json)],
    [
      'PATCH',
      /^\/api\/v2\/(?<thing>persons|deals|activities)\/(?<id>\d+)$/,
      ({ json }, id, thing) => update(thing, id, json),
    ],
    ['GET', /^\/v1\/(?<thing>notes)$/, ({ query }) => listedNotes(things.notes, query)],
    ['POST', /^\/v1\/(?<thing>notes)$/, ({ json }, _id, thing) => create(thing, json)],
    ['PUT', /^\/v1\/(?<thing>notes)\/(?<id>\d+)$/, ({ json }, id, thing) => update(thing, id, json)],
    [
      'GET',
      /^\/v1\/notes\/(?<id>\d+)$/,
      (_call, id) => {
        const note = things.notes.get(id)
        return note ? ok(note) : failure(404, 'Note not found')
      },
    ],
    [
      'GET',
      /^\/v1\/webhooks$/,
      () => ok([...webhooks].map(([id, { subscription_url }]) => ({ id, subscription_url }))),
    ],
    ['POST', /^\/v1\/webhooks$/, ({ json }) => addWebhook(json)],
    [
      'DELETE',
      /^\/v1\/webhooks\/(?<id>\d+)$/,
      (_call, id) => (webhooks.delete(id) ? ok({}) : failure(404, 'not found')),
    ],
  ]

  const answer = (call: PeerCall): PeerReply => {
    if (call.headers['x-api-token'] !== token) return failure(401, 'unauthorized access')
    for (const [method, path, route] of routes) {
      const groups = call.method === method && path.exec(call.path)
      if (groups) return route(call, Number(groups.groups?.id), groups.groups?.thing as PipedriveThing)
    }
    return failure(405, `There is no ${call.method} ${call.path}.`)
  }

  function create(thing: PipedriveThing, json: unknown): PeerReply {
    const parsed = bodies[thing].partial().safeParse(json)
    if (!parsed.success)
      return failure(400, parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join())
    const values: Record<string, unknown> = parsed.data
    const missing = required[thing].find((name) => values[name] === undefined)
    if (missing) return failure(400, `${missing} is required`)
    if (thing === 'notes' && values.deal_id === undefined && values.person_id === undefined)
      return failure(400, 'One of deal_id, person_id is required')
    const fresh =
      thing === 'deals'
        ? { pipeline_id: 1, stage_id: 1, status: 'open', value: 0 }
        : thing === 'activities'
          ? { done: false }
          : {}
    const fault = faultOf(thing, values, fresh)
    if (fault) return failure(400, fault)
    const { id } = keep(thing, { ...fresh, ...moved(fresh, values) })
    return { status: 201, body: { success: true, data: things[thing].get(id) } }
  }

  function update(thing: PipedriveThing, id: number, json: unknown): PeerReply {
    const kept = things[thing].get(id)
    if (!kept) return failure(404, 'not found')
    const parsed = bodies[thing].partial().safeParse(json)
    if (!parsed.success)
      return failure(400, parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join())
    const fault = faultOf(thing, parsed.data, kept)
    if (fault) return failure(400, fault)
    put(thing, kept, moved(kept, parsed.data))
    return ok(kept)
  }

  function keep(thing: PipedriveThing, values: Record<string, unknown>): Kept {
    const kept: Kept = { id: ++ids, add_time: told(thing, now()), update_time: told(thing, now()) }
    if (thing === 'persons') Object.assign(kept, { emails: [], phones: [], custom_fields: {} })
    if (thing === 'deals') Object.assign(kept, { custom_fields: {} })
    things[thing].set(kept.id, kept)
    put(thing, kept, values)
    return kept
  }

  function put(thing: PipedriveThing, kept: Kept, values: Record<string, unknown>): void {
    const { custom_fields: custom, participants, ...others } = values
    Object.assign(kept, others, { update_time: told(thing, now()) })
    if (custom) kept.custom_fields = { ...kept.custom_fields, ...custom }
    const [first] = (participants ?? []) as { person_id: number }[]
    if (first) kept.person_id = first.person_id
  }

  function faultOf(thing: PipedriveThing, values: Record<string, unknown>, before: object): string | undefined {
    if (values.owner_id !== undefined && !users.some(({ id }) => id === values.owner_id)) return 'owner_id: not found'
    if (values.person_id !== undefined && !things.persons.has(Number(values.person_id))) return 'person_id: not found'
    if (values.deal_id !== undefined && !things.deals.has(Number(values.deal_id))) return 'deal_id: not found'
    for (const [code, value] of Object.entries(values.custom_fields ?? {})) {
      const fault = customFault(code, value)
      if (fault) return fault
    }
    if (thing !== 'deals') return undefined
    const after = { ...before, ...moved(before, values) } as { stage_id?: number; pipeline_id?: number }
    const stage = stages.find(({ id }) => id === after.stage_id)
    return stage?.pipeline_id === after.pipeline_id ? undefined : 'stage_id: not a stage of this pipeline'
  }

  function search(query: URLSearchParams): PeerReply {
    const parsed = searchQuery.safeParse(Object.fromEntries(query))
    if (!parsed.success) return failure(400, parsed.error.issues[0]!.message)
    const { term, fields, limit } = parsed.data
    const found = [...things.persons.values()].filter((kept) =>
      ((fields === 'phone' ? kept.phones : kept.emails) ?? []).some(
        ({ value }) => value.toLowerCase() === term.toLowerCase(),
      ),
    )
    const items = found
      .slice(0, limit)
      .map(({ id, name }) => ({ result_score: 0.29, item: { id, type: 'person', name } }))
    return ok({ items })
  }

  function addWebhook(json: unknown): PeerReply {
    const parsed = webhookBody.safeParse(json)
    if (!parsed.success) return failure(400, parsed.error.issues[0]!.message)
    const id = ++ids
    webhooks.set(id, parsed.data)
    return { status: 201, body: { status: 'ok', success: true, data: { id, ...parsed.data } } }
  }

  const peer = await startJsonPeer(answer, { now, isRefusal: ({ status }) => status >= 400 && status !== 404 })

  /** As https://pipedrive.readme.io/docs/guide-for-webhooks-v2 shows it. */
  const tell = (thing: PipedriveThing, id: number, action: 'create' | 'change' | 'delete'): HookRequest[] => {
    const entity = { persons: 'person', deals: 'deal', activities: 'activity', notes: 'note' }[thing]
    return [...webhooks].map(
      ([webhook_id, { subscription_url: url, http_auth_user: user, http_auth_password: password }]) => {
        const meta = { action, entity, entity_id: id, company_id: 12_882_925, version: '2.0', webhook_id, attempt: 1 }
        const data = action === 'delete' ? null : things[thing].get(id)
        return hookRequest(url, `${user}:${password}`, { meta, data, previous: null })
      },
    )
  }

  return {
    ...peer,
    things,
    webhooks,
    add(thing, values) {
      const { id } = keep(thing, values)
      return { id, requests: tell(thing, id, 'create') }
    },
    edit(thing, id, values) {
      put(thing, things[thing].get(id)!, values)
      return tell(thing, id, 'change')
    },
    remove(thing, id) {
      things[thing].delete(id)
      return tell(thing, id, 'delete')
    },
    forged: (url) => hookRequest(url, 'parley:guessed', { meta: { entity: 'deal', entity_id: 1, action: 'change' } }),
  }
}

/** A deal that is put into another pipeline without a stage begins in its first one. */
function moved(before: object, values: Record<string, unknown>): Record<string, unknown> {
  const { pipeline_id: from } = before as { pipeline_id?: number }
  if (values.pipeline_id === undefined || values.stage_id !== undefined || values.pipeline_id === from) return values
  return { ...values, stage_id: stages.find((stage) => stage.pipeline_id === values.pipeline_id)?.id }
}

function hookRequest(url: string, credentials: string, body: unknown): HookRequest {
  return {
    method: 'POST',
    url: new URL(url),
    headers: new Headers({
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
    }),
    body: new TextEncoder().encode(JSON.stringify(body)),
  }
}

/** Version 1 tells moments in another way than version 2. */
function told(thing: PipedriveThing, at: Date): string {
  const text = at.toISOString().slice(0, 19)
  return thing === 'notes' ? text.replace('T', ' ') : `${text}Z`
}

const ok = (data: unknown): PeerReply => ({ status: 200, body: { success: true, data } })

/** An error as Pipedrive words it. */
export function failure(status: number, error: string): PeerReply {
  return { status, body: { success: false, error, error_info: 'Please check developers.pipedrive.com' } }
}
