import { createRestCrmAdapter } from '../../../../adapters/rest-crm/adapter.ts'
import { type RestCrmSettings, restCrmSettings } from '../../../../adapters/rest-crm/settings.ts'
import type { CrmAdapter } from '../../../../src/sync/crm.ts'
import { crmContext, type TestCrmContext } from '../../../crm-context.ts'
import { type JsonPeer, type PeerCall, type PeerReply, startJsonPeer } from '../../../doubles/json-peer.ts'

export interface SmallCrm {
  peer: JsonPeer
  adapter: CrmAdapter
  context: TestCrmContext<RestCrmSettings>
  /** Another adapter of the same integration, as another process has one. */
  another(): CrmAdapter
  stop(): Promise<void>
}

/** Settings of a CRM that nobody sells, with others laid over them. */
export function smallSettings(over: Record<string, unknown> = {}): Record<string, unknown> {
  const records = (noun: string) => ({
    create: { method: 'POST', path: `/${noun}`, json: '{{ fields }}' },
    update: { method: 'PUT', path: `/${noun}/{{ id }}`, json: '{{ fields }}' },
    read: { request: { path: `/${noun}/{{ id }}` } },
  })
  return {
    baseUrl: 'https://api.example.com/v1',
    auth: { type: 'bearer' },
    secret: 'the-token',
    account: { request: { path: '/account' }, name: '$.name' },
    pipelines: [{ id: 'sales', name: 'Sales', stages: [{ id: 'new', name: 'New' }] }],
    users: [{ id: '1', name: 'Olga', email: 'olga@example.com' }],
    contact: { fields: [{ key: 'name' }], ...records('people') },
    deal: { fields: [{ key: 'name' }, { key: 'stage' }], ...records('deals') },
    ...over,
  }
}

/** An adapter of such settings, with a server that answers as the test says. */
export async function startSmallCrm(
  answer: (call: PeerCall) => PeerReply,
  over: Record<string, unknown> = {},
): Promise<SmallCrm> {
  const base = crmContext({})
  const peer = await startJsonPeer(answer, { now: () => base.clock.now(), isRefusal: () => false })
  const settings = restCrmSettings.parse(smallSettings({ baseUrl: `${peer.url}/v1`, requestsPerSecond: 100, ...over }))
  const context = crmContext(settings, { clock: base.clock, http: base.http })
  return {
    peer,
    context,
    adapter: createRestCrmAdapter(context),
    another: () => createRestCrmAdapter(context),
    async stop() {
      await peer.stop()
      await context.http.close()
    },
  }
}
