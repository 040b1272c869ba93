import type { CrmEntity } from '../../../../src/sync/crm.ts'
import type { CrmFault, CrmHarness } from '../../../contracts/crm/harness.ts'
import { crmContext } from '../../../crm-context.ts'
import type { PeerFault } from '../../../doubles/json-peer.ts'
import { markerCode } from '../../../doubles/pipedrive/account.ts'
import { failure, type PipedriveThing, startPipedrive } from '../../../doubles/pipedrive/pipedrive.ts'
import { adapterOf, exampleSettings } from './example.ts'

/** The example of Pipedrive against its double. */
export async function pipedriveHarness(): Promise<CrmHarness> {
  const base = crmContext({})
  const token = 'a-personal-token'
  const double = await startPipedrive({ token, now: () => base.clock.now() })
  const environment = {
    PIPEDRIVE_TOKEN: token,
    PIPEDRIVE_HOOK_SECRET: 'made-up-by-us',
    PIPEDRIVE_PERSON_MARKER: markerCode,
    PIPEDRIVE_DEAL_MARKER: markerCode,
  }
  const settings = await exampleSettings('pipedrive', environment, { baseUrl: double.url, requestsPerSecond: 200 })
  const { adapter, context } = adapterOf(settings, base)
  return {
    adapter,
    clock: context.clock,
    rename: async (entity, id, text) => double.edit(things[entity], Number(id), { [texts[entity]]: text }),
    remove: async (entity, id) => double.remove(things[entity], Number(id)),
    async addNote(on, text) {
      const where = on.entity === 'deal' ? { deal_id: Number(on.id) } : { person_id: Number(on.id) }
      const { id, requests } = double.add('notes', { content: text, ...where })
      return { id: String(id), requests }
    },
    forge: () => double.forged('https://parley.example/hooks/crm-hook'),
    fail: (fault) => double.faults.push(faults[fault]),
    badDeal: () => ({ stage: '1/99' }),
    count: (entity) => double.things[things[entity]].size,
    hooks: () => [...double.webhooks.values()].map((webhook) => webhook.subscription_url),
    refused: () => double.refused,
    connections: double.connections,
    async stop() {
      await double.stop()
      await context.http.close()
    },
  }
}

const things: Record<CrmEntity, PipedriveThing> = {
  contact: 'persons',
  deal: 'deals',
  note: 'notes',
  task: 'activities',
}
const texts: Record<CrmEntity, string> = { contact: 'name', deal: 'title', note: 'content', task: 'note' }

const faults: Record<CrmFault, PeerFault> = {
  rate_limit: {
    kind: 'reply',
    reply: { ...failure(429, 'request over limit'), headers: { 'x-ratelimit-reset': '2' } },
  },
  drop: { kind: 'drop' },
  lost: { kind: 'lost' },
  hang: { kind: 'hang' },
  unauthenticated: { kind: 'reply', reply: failure(401, 'unauthorized access') },
}
