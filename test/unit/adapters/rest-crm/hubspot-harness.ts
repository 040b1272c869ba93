import type { CrmEntity } from '../../../../src/sync/crm.ts'
import type { CrmFault, CrmHarness } from '../../../contracts/crm/harness.ts'
import { crmContext } from '../../../crm-context.ts'
import { startHubspot } from '../../../doubles/hubspot/hubspot.ts'
import { failure } from '../../../doubles/hubspot/kept.ts'
import type { HubspotObject } from '../../../doubles/hubspot/properties.ts'
import type { PeerFault } from '../../../doubles/json-peer.ts'
import { adapterOf, exampleSettings } from './example.ts'

/** The example of HubSpot against its double. */
export async function hubspotHarness(): Promise<CrmHarness> {
  const base = crmContext({})
  const [token, clientSecret] = ['pat-eu1-token', 'client-secret']
  const hookUrl = 'https://parley.example/hooks/crm-hook'
  const double = await startHubspot({ token, clientSecret, hookUrl, now: () => base.clock.now() })
  const environment = { HUBSPOT_TOKEN: token, HUBSPOT_CLIENT_SECRET: clientSecret }
  // The double finds at once what was made.
  const over = { baseUrl: double.url, requestsPerSecond: 200, settleSeconds: 0 }
  const settings = await exampleSettings('hubspot', environment, over)
  const { adapter, context } = adapterOf(settings, base)
  return {
    adapter,
    clock: context.clock,
    rename: async (entity, id, text) =>
      double.edit(objects[entity], id, { [texts[entity]]: text, ...lastName(entity) }),
    remove: async (entity, id) => double.remove(objects[entity], id),
    forge: () => double.hookRequest([], 'another secret'),
    fail: (fault) => double.faults.push(faults[fault]),
    badDeal: () => ({ stage: 'default/nowhere' }),
    count: (entity) => double.objects[objects[entity]].size,
    refused: () => double.refused,
    connections: double.connections,
    async stop() {
      await double.stop()
      await context.http.close()
    },
  }
}

const objects: Record<CrmEntity, HubspotObject> = { contact: 'contacts', deal: 'deals', note: 'notes', task: 'tasks' }
const texts: Record<CrmEntity, string> = {
  contact: 'firstname',
  deal: 'dealname',
  note: 'hs_note_body',
  task: 'hs_task_body',
}
const lastName = (entity: CrmEntity): Record<string, string> => (entity === 'contact' ? { lastname: '' } : {})

const faults: Record<CrmFault, PeerFault> = {
  rate_limit: {
    kind: 'reply',
    reply: failure(429, 'RATE_LIMITS', 'You have reached your ten_secondly_rolling limit.'),
  },
  drop: { kind: 'drop' },
  lost: { kind: 'lost' },
  hang: { kind: 'hang' },
  unauthenticated: { kind: 'reply', reply: failure(401, 'EXPIRED_AUTHENTICATION', 'The token has expired.') },
}
