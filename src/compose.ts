import { hostname } from 'node:os'
import { join } from 'node:path'
import { channelCatalogue, crmCatalogue } from '../adapters/index.ts'
import { blocks } from './compose/block-registry.ts'
import { makeCallers } from './compose/callers.ts'
import { followChannels } from './compose/channels.ts'
import { startChores } from './compose/chores.ts'
import { makeDesks } from './compose/desks.ts'
import { followIntegrations } from './compose/integrations.ts'
import { keepQueues } from './compose/queues.ts'
import { startReaders } from './compose/readers.ts'
import type { ChannelCatalogue } from './conversations/channel.ts'
import { ChannelHub } from './conversations/channels/channel-hub.ts'
import { createPageHost, threadTopic } from './conversations/channels/page-host.ts'
import { messageSender } from './conversations/deliver/deliver-message.ts'
import { channelOfQueue, channelQueue, type MessagePayload } from './conversations/deliver/message-delivery.ts'
import { mirrorSender } from './conversations/mirrors/send-mirror.ts'
import { OrderDesk } from './conversations/orders/order-desk.ts'
import { sweepConversations } from './conversations/sweep-conversations.ts'
import { sweepCrm } from './crm/sweep-crm.ts'
import { sweepCalls } from './flows/calls/sweep-calls.ts'
import type { BatchResult } from './flows/engine/advance-batch.ts'
import { createCallOut, requestSeal } from './flows/engine/call-out.ts'
import { EngineCache } from './flows/engine/engine-cache.ts'
import { createRoad, type Road } from './flows/engine/road.ts'
import { sweepRoad } from './flows/engine/sweep-road.ts'
import { createDemo, demoPage } from './gateway/demo/create-demo.ts'
import { withDemoHost } from './gateway/demo/demo-host.ts'
import { createGateway } from './gateway/gateway.ts'
import { type RunningServer, startServer } from './gateway/server.ts'
import { type Clock, systemClock } from './platform/clock.ts'
import type { Config } from './platform/config.ts'
import type { Database } from './platform/database/database.ts'
import { migrate } from './platform/database/migrate.ts'
import { openDatabase } from './platform/database/open-database.ts'
import { readPending } from './platform/deliveries/deliveries.store.ts'
import { Dispatcher } from './platform/deliveries/dispatcher.ts'
import { uuid } from './platform/ids.ts'
import { keptSecret } from './platform/kept-secret.ts'
import { clearLeases } from './platform/leases.ts'
import { createLog } from './platform/log.ts'
import { createMetrics } from './platform/metrics.ts'
import { createSafeHttp } from './platform/safe-http/safe-http.ts'
import { createVault } from './platform/secrets.ts'
import { sharedLimit } from './platform/shared-limit/shared-limit.ts'
import { openSignals } from './platform/signals.ts'
import { within } from './platform/within.ts'
import type { CrmCatalogue } from './sync/crm.ts'
import { createExchangeWorker } from './sync/exchange/exchange-worker.ts'
import { CrmHub } from './sync/integrations/crm-hub.ts'
import { webhookSender } from './sync/webhooks/send-webhook.ts'
import { webhookLease } from './sync/webhooks/webhook-queue.ts'
import { LinkedAccounts } from './team/identities/linked-accounts.ts'

/** The running program. */
export interface Parley {
  /** Where it listens on this machine. */
  address: string
  /** The first API key, where this start made the demo project: it is shown once. */
  firstKey: string | undefined
  /** The page where the demo can be tried. */
  demoUrl: string | undefined
  /** Does at once what is otherwise done twice a second: what has become due, and what waits in the database. */
  sweep(): Promise<void>
  /** Takes nothing new, finishes what is in hand, and closes everything. */
  stop(): Promise<void>
}

const migrations = join(import.meta.dirname, '../migrations')
/** An attempt to send a message or a webhook ends after so many milliseconds. */
const sendTimeoutMs = 30_000
/** How long the single steps of closing may take at a stop, when nothing is in hand any more. */
const closingMs = 1000

/** What tests bring along instead of the real thing. */
export interface Given {
  clock?: Clock
  db?: Database
  catalogue?: ChannelCatalogue
  crmCatalogue?: CrmCatalogue
}

/** Joins all parts and starts the program. Throws an AppError that says what keeps it from starting. */
export async function startParley(config: Config, given: Given = {}): Promise<Parley> {
  const clock = given.clock ?? systemClock
  const catalogue = given.catalogue ?? channelCatalogue
  const crmKinds = given.crmCatalogue ?? crmCatalogue
  const log = createLog(config.logLevel)
  const metrics = createMetrics()
  const processName = `${hostname()}-${process.pid}-${uuid().slice(0, 8)}`
  const works = config.role !== 'gateway'
  const db = given.db ?? (await openDatabase(config.databaseUrl, config.dataDir, log))
  const { applied } = await migrate(db, migrations)
  if (applied.length > 0) log.info({ applied }, 'The database was brought up to date.')
  // The lock of its directory says that nobody else is there: what a killed process held is free at once.
  if (db.kind === 'embedded' && !given.db) await clearLeases(db)
  const vault = createVault(config.secret ?? (await keptSecret(join(config.dataDir, 'secret.key'))))
  let server: RunningServer
  const safeHttp = withDemoHost(createSafeHttp(config), () => server.address)
  // Nothing is open yet: what the demo's channels can do is known later.
  const demoParts = { catalogue, crmCatalogue: crmKinds, vault, blocks, channels: { capabilities: () => undefined } }
  const demo = await db.transaction((tx) => createDemo(tx, clock.now(), { apiKey: config.apiKey }, demoParts))
  const stopping = new AbortController()

  // The road, the dispatcher and the channels call one another, so each is handed functions that reach the others later.
  let road: Road
  const hub = new ChannelHub({
    db,
    clock,
    log,
    vault,
    catalogue,
    publicUrl: config.publicUrl,
    dataDir: config.dataDir,
    http: safeHttp,
    desk: (channel) => makeDesk(channel),
    receive: (channelId, events) => road.receive(channelId, events),
  })
  const crmHub = new CrmHub({
    db,
    clock,
    log,
    vault,
    catalogue: crmKinds,
    publicUrl: config.publicUrl,
    http: safeHttp,
    limited: sharedLimit(db),
  })
  const senders = [
    messageSender(hub, metrics),
    mirrorSender({ db, clock, hub }),
    webhookSender({ db, vault, http: safeHttp, clock, inFlight: config.webhooksInFlight }),
  ]
  const dispatcher = new Dispatcher({
    clock,
    log,
    senders,
    sendsInFlight: config.sendsInFlight,
    sendTimeoutMs,
    readPending: (queue, after, limit) => readPending(db, queue, after, limit, processName),
    onNotes: (soon) => road.note(soon),
  })
  const cache = new EngineCache(blocks, vault)
  const signals = await openSignals(db, processName, lookEverywhere)
  const linked = new LinkedAccounts(db, clock)
  const makeDesk = makeDesks({ db, clock, hub, linked, signals, wake: (threadIds) => road.wake(threadIds) })
  const orders = new OrderDesk({
    db,
    clock,
    log,
    vault,
    held: () => hub.ids().filter((id) => dispatcher.owns(channelQueue(id))),
    adapter: (channelId) => hub.adapter(channelId),
    signals,
  })
  const callOut = createCallOut({
    ...makeCallers({ db, clock, hub, http: safeHttp, orders, signals }),
    vault,
    onAnswer: (threadId, answer) => road.add({ kind: 'answer', threadId, answer }),
  })
  road = createRoad({
    db,
    clock,
    log,
    metrics,
    process: processName,
    cache,
    channels: hub,
    dispatcher,
    senders,
    seal: (text) => vault.seal(text, requestSeal),
    onCall: (call) => callOut.begin(call),
    serves: (runId) => callOut.serves(runId),
    onCommit: (result) => tellOthers(result),
  })

  function lookEverywhere(): void {
    dispatcher.tick()
    for (const reader of readers) reader.wake()
    for (const projectId of cache.projectIds()) cache.forget(projectId)
  }

  function tellOthers(result: BatchResult): void {
    if (result.writes.changes.length > 0) signals.notify('changes')
    for (const channelId of result.writes.ordered) orders.wake(channelId)
    for (const thread of result.threads)
      if (hub.hasPages(thread.channelId)) signals.notify(threadTopic(thread.channelId, thread.externalId))
    for (const { queue, payload } of result.writes.deliveries) {
      if (!dispatcher.owns(queue)) signals.notify(`queue:${queue}`)
      const channelId = channelOfQueue(queue)
      if (hub.hasPages(channelId)) signals.notify(threadTopic(channelId, (payload as MessagePayload).thread))
    }
  }

  await Promise.all([hub.load(), crmHub.load()])
  const exchange = createExchangeWorker({ db, clock, log, processName, hub: crmHub, signals })
  const leases = await keepQueues({ db, log, processName, works, hub, dispatcher, signals, crmHub, exchange })
  const readers = works ? startReaders({ db, clock, log, processName, cache, road, hub, signals }) : []
  signals.subscribe('changes', () => {
    for (const reader of readers) reader.wake()
  })
  signals.onTopics('order:', () => void orders.work())
  signals.onTopics('crm:', (id) => exchange.wake(Number(id)))
  signals.onTopics('project:', (projectId) => {
    cache.forget(Number(projectId))
    linked.forget(Number(projectId))
  })

  const sweep = async (): Promise<void> => {
    dispatcher.tick()
    await leases.look()
    await sweepRoad(db, clock, road)
    road.wake(await sweepCalls(db, clock))
    await sweepCrm(db, clock, log, signals.notify)
    road.wake(await sweepConversations(db, clock))
    void orders.work()
    await exchange.tick()
  }
  const chores = works
    ? startChores({
        db,
        clock,
        log,
        signals,
        crmHub,
        historyDays: config.historyDays,
        stopping: stopping.signal,
        sweep,
      })
    : undefined

  const followed = { signals, log, refreshLeases: leases.refresh }
  const channels = followChannels({ ...followed, hub, dispatcher })
  const crms = followIntegrations({ ...followed, hub: crmHub })
  server = await startServer(
    createGateway({
      db,
      clock,
      log,
      metrics,
      vault,
      safeHttp,
      blocks,
      catalogue,
      crmCatalogue: crmKinds,
      road,
      channels,
      crms,
      orders,
      pageHost: createPageHost({ db, hub, signals, receive: road.receive }),
      projectChanged: (projectId) => signals.notify(`project:${projectId}`),
      deliveriesWake: () => {
        for (const queue of hub.ids().map(channelQueue)) signals.notify(`queue:${queue}`)
      },
      webhooksWake: () => signals.notify(`queue:${webhookLease}`),
      signals,
      publicUrl: config.publicUrl ?? `http://localhost:${config.port}`,
      migrations,
      stopping: stopping.signal,
    }),
    config,
  )

  chores?.start()
  const page = await demoPage(db, demoParts)
  return {
    address: server.address,
    firstKey: demo?.key,
    demoUrl: page && `${config.publicUrl ?? server.address}${page}`,
    sweep,
    async stop() {
      stopping.abort()
      const end = performance.now() + config.shutdownTimeout * 1000
      const left = () => Math.max(0, end - performance.now())
      await server.close(left())
      await within(left(), Promise.all([chores?.stopSweeping(), ...readers.map((reader) => reader.stop())]))
      await chores?.stopJobs(left())
      await Promise.all([within(left(), orders.stop()), exchange.stop(left() / 2)])
      await callOut.stop(left())
      await within(left(), road.idle())
      await dispatcher.stop(left())
      road.close()
      // What was in hand is finished, or left as a crash would leave it; the rest is quick, unless the database is gone.
      await within(closingMs, leases.stop())
      await within(closingMs, Promise.all([hub.close(), crmHub.close()]))
      signals.close()
      await within(closingMs, safeHttp.close())
      if (!given.db) await db.close()
    },
  }
}
