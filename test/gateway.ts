import { join } from 'node:path'
import type { Hono } from 'hono'
import { channelCatalogue } from '../adapters/index.ts'
import type { ChannelAdapter, ChannelCatalogue } from '../src/conversations/channel.ts'
import type { ChannelEvent } from '../src/conversations/event.ts'
import type { BlockRegistry } from '../src/flows/block.ts'
import { createGateway } from '../src/gateway/gateway.ts'
import type { Services } from '../src/gateway/services.ts'
import { VirtualClock } from '../src/platform/clock.ts'
import type { Database } from '../src/platform/database/database.ts'
import { AppError } from '../src/platform/errors.ts'
import type { Access } from '../src/platform/http/operation.ts'
import { createLog } from '../src/platform/log.ts'
import { createMetrics } from '../src/platform/metrics.ts'
import { createSafeHttp, type SafeHttp } from '../src/platform/safe-http/safe-http.ts'
import { createVault } from '../src/platform/secrets.ts'
import { sharedLimit } from '../src/platform/shared-limit/shared-limit.ts'
import type { CrmCatalogue } from '../src/sync/crm.ts'
import { CrmHub } from '../src/sync/integrations/crm-hub.ts'
import { createApiKey } from '../src/team/create-api-key.ts'
import { createProject } from '../src/team/create-project.ts'

export interface TestGateway {
  app: Hono
  services: Services
  clock: VirtualClock
  projectId: number
  /** An admin's key of the project. */
  key: string
  /** What the gateway handed to the road, and which threads and channels it woke. */
  handed: {
    received: { channelId: number; events: ChannelEvent[] }[]
    woken: number[]
    changed: number[]
    projects: number[]
    deliveries: number
    /** How often webhooks were woken. */
    webhooks: number
    /** Integrations that have something to exchange. */
    crms: number[]
  }
  /** Open accounts by the hook id and number they are found by. */
  open: Map<string, { id: number; projectId: number; adapter: ChannelAdapter }>
  stop: AbortController
  /** Tells that the log of changes grew. */
  ringChanges(): void
  makeKey(access: Access): Promise<string>
  /** Calls the API as the admin, or with another key; gives status and body. */
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into bodies of every shape
  call(method: string, path: string, body?: unknown, key?: string): Promise<{ status: number; body: any }>
}

/** A gateway over a database with one project, beside which nothing runs: what it hands on is noted. */
export async function testGateway(
  db: Database,
  {
    blocks = new Map(),
    catalogue = channelCatalogue,
    crmCatalogue = new Map(),
    safeHttp = createSafeHttp({ allowedPrivateHosts: [] }),
  }: { blocks?: BlockRegistry; catalogue?: ChannelCatalogue; crmCatalogue?: CrmCatalogue; safeHttp?: SafeHttp } = {},
): Promise<TestGateway> {
  const clock = new VirtualClock()
  const handed: TestGateway['handed'] = {
    received: [],
    woken: [],
    changed: [],
    projects: [],
    deliveries: 0,
    webhooks: 0,
    crms: [],
  }
  const open: TestGateway['open'] = new Map()
  const stop = new AbortController()
  const listeners = new Set<() => void>()
  const vault = createVault('a key for the tests only')
  const log = createLog('silent')
  const crmHub = new CrmHub({
    db,
    clock,
    log,
    vault,
    catalogue: crmCatalogue,
    publicUrl: 'https://bot.example.com',
    http: safeHttp,
    limited: sharedLimit(db),
  })
  const services: Services = {
    db,
    clock,
    log,
    metrics: createMetrics(),
    vault,
    safeHttp,
    blocks,
    catalogue,
    road: {
      receive: async (channelId, events) => {
        handed.received.push({ channelId, events })
      },
      wake: (threadIds) => {
        handed.woken.push(...threadIds)
      },
    },
    crmCatalogue,
    crms: {
      byHook: (hookId) => crmHub.byHook(hookId),
      findByHook: (hookId) => crmHub.findByHook(hookId),
      adapter: (id) => crmHub.adapter(id),
      abilities: (id) => crmHub.get(id)?.adapter.abilities(),
      changed: async (id) => void (await crmHub.reload(id)),
      wake: (id) => void handed.crms.push(id),
    },
    channels: {
      byHook: async (hookId) => open.get(hookId),
      capabilities: (id, kind) => [...open.values()].find((channel) => channel.id === id)?.adapter.capabilities(kind),
      adapter: async (id) => adapterOf(open, id),
      connect: (id) => adapterOf(open, id).connect(),
      changed: async (id) => {
        handed.changed.push(id)
      },
    },
    orders: {
      ask: async () => {
        throw new AppError('timeout', 'Nobody listens to channels beside this gateway.')
      },
    },
    pageHost: {
      channel: async () => undefined,
      receive: async () => {},
      history: async () => [],
      watch: () => () => {},
    },
    projectChanged: (projectId) => {
      handed.projects.push(projectId)
    },
    deliveriesWake: () => {
      handed.deliveries++
    },
    webhooksWake: () => {
      handed.webhooks++
    },
    signals: {
      subscribe: (_topic, callback) => {
        listeners.add(callback)
        return () => listeners.delete(callback)
      },
    },
    publicUrl: 'https://bot.example.com',
    migrations: join(import.meta.dirname, '../migrations'),
    stopping: stop.signal,
  }
  const project = await db.transaction((tx) =>
    createProject(tx, clock.now(), { name: 'Dealer', timeZone: 'Europe/Moscow', country: 'RU', workingHours: {} }),
  )
  const context = { projectId: project.id, now: clock.now(), by: { kind: 'system' as const } }
  const makeKey = async (access: Access) =>
    (await db.transaction((tx) => createApiKey(tx, context, { name: `${access} key`, access }))).key
  const key = await makeKey('admin')
  const app = createGateway(services)

  return {
    app,
    services,
    clock,
    projectId: project.id,
    key,
    handed,
    open,
    stop,
    ringChanges: () => {
      for (const listener of listeners) listener()
    },
    makeKey,
    async call(method, path, body, usedKey = key) {
      const response = await app.request(`/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${usedKey}`, 'content-type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
      })
      const text = await response.text()
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
    },
  }
}

function adapterOf(open: TestGateway['open'], id: number): ChannelAdapter {
  for (const channel of open.values()) if (channel.id === id) return channel.adapter
  throw new AppError('not_found', `There is no channel ${id}.`)
}
