import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { doublingDelays } from '../../platform/deliveries/backoff.ts'
import { AppError, messageOf } from '../../platform/errors.ts'
import { uuid } from '../../platform/ids.ts'
import type { Log } from '../../platform/log.ts'
import { within } from '../../platform/within.ts'
import type { CrmAdapter } from '../crm.ts'
import { findIntegration, findLists } from '../integrations/integrations.store.ts'
import { noteCondition, pauseIntegration } from '../integrations/note-condition.ts'
import { LostLease } from './batch.ts'
import { catchUp } from './catch-up.ts'
import type { Exchange } from './exchange.ts'
import { dueExchanges } from './exchanges.store.ts'
import { isOfAccount, lateMs } from './failed-push.ts'
import { pullBatch } from './pull-batch.ts'
import { pushBatch } from './push-batch.ts'
import { reclaimPushes } from './pushes.store.ts'
import { type ToldProgress, tellProgress } from './tell-progress.ts'

export interface ExchangeParts {
  db: Database
  clock: Clock
  log: Log
  /** This process. */
  processName: string
  /** The adapter of an integration; throws `unavailable` when it is not open. */
  hub: { adapter(integrationId: number): CrmAdapter }
  signals: { notify(topic: string): void }
  /** In [0, 1); for waits that differ. */
  random?(): number
}

/** Works for the integrations whose lease this process holds: reads what was heard of there, and tells what is new here. */
export interface ExchangeWorker {
  /** The lease of an integration is ours: what others left under way is in doubt, and taken up. */
  own(integrationId: number): Promise<void>
  /** It is not ours any more. Resolves when nothing is under way for it. */
  disown(integrationId: number): Promise<void>
  owns(integrationId: number): boolean
  /** There is something to do for it; nothing happens where it is not ours. */
  wake(integrationId: number): void
  /** Begins with whatever is due. Called twice a second. */
  tick(): Promise<void>
  /** Resolves when nothing is under way; for tests. */
  idle(): Promise<void>
  /** Begins nothing new, and waits so many milliseconds for what is under way; then it is cut off, and the next process takes it up. */
  stop(limitMs: number): Promise<void>
}

/** What one integration is about, while it is ours. */
interface Owned {
  id: number
  holder: string
  ending: AbortController
  running: Promise<void> | undefined
  again: boolean
  /** Whether pushes may be left under way by a round that was cut off. */
  unsettled: boolean
  /** How often in a row the vendor could not be asked, and before when it is not asked again. */
  failures: number
  notBefore: number
  told: ToldProgress
  /** So many things of a kind are read in one round. */
  reads: number
}

/** Nothing is asked for so long after the vendor could not be reached, in milliseconds: from a second, doubling to a minute. */
const troubleDelaysMs = doublingDelays(1000, 60_000, 7)
/** Where a vendor wants rest without saying how long. */
const usualRestMs = 60_000

/** What is read in one round: so many things of a kind, fewer where that takes longer than so many milliseconds. */
const mostReads = 250
const leastReads = 10
const longReadMs = 5000

export function createExchangeWorker(parts: ExchangeParts): ExchangeWorker {
  const { db, clock, log } = parts
  const owned = new Map<number, Owned>()
  let stopped = false

  const begin = (one: Owned): void => {
    if (stopped || one.ending.signal.aborted) return
    one.again = true
    one.running ??= run(one).finally(() => {
      one.running = undefined
    })
  }
  const run = async (one: Owned): Promise<void> => {
    while (one.again && !stopped && !one.ending.signal.aborted) {
      one.again = false
      try {
        await reclaim(parts, one)
        const due = await dueExchanges(db, [one.id], clock.now())
        if (due.length === 0 || clock.now().getTime() < one.notBefore) return
        if (await round(parts, one)) one.again = true
      } catch (error) {
        one.unsettled = true
        // The database is away, or our lease: there is nothing that could be noted.
        if (!one.ending.signal.aborted) log.error({ error, integration: one.id }, 'An exchange with a CRM was cut off.')
        return
      }
    }
  }

  return {
    async own(id) {
      if (owned.has(id)) return
      const one: Owned = {
        id,
        holder: `${parts.processName}/${uuid().slice(0, 8)}`,
        ending: new AbortController(),
        running: undefined,
        again: false,
        unsettled: true,
        failures: 0,
        notBefore: 0,
        told: { at: 0, open: false },
        reads: mostReads,
      }
      owned.set(id, one)
      begin(one)
    },
    async disown(id) {
      const one = owned.get(id)
      if (!one) return
      owned.delete(id)
      one.ending.abort()
      await one.running
    },
    owns: (id) => owned.has(id),
    wake(id) {
      const one = owned.get(id)
      if (one) begin(one)
    },
    async tick() {
      if (stopped) return
      const idle = [...owned.values()].filter(({ running }) => !running)
      const unsettled = idle.filter((one) => one.unsettled)
      const due = await dueExchanges(
        db,
        idle.map(({ id }) => id),
        clock.now(),
      )
      for (const one of idle) if (due.includes(one.id) || unsettled.includes(one)) begin(one)
    },
    async idle() {
      for (;;) {
        const running = [...owned.values()].flatMap((one) => one.running ?? [])
        if (running.length === 0) return
        await Promise.all(running)
      }
    },
    async stop(limitMs) {
      stopped = true
      const all = [...owned.values()]
      await within(limitMs, Promise.all(all.map(({ running }) => running)))
      for (const one of all) one.ending.abort()
      await Promise.all(all.map(({ running }) => running))
      owned.clear()
    },
  }
}

/** One round: what was heard first, then what is to be told. Tells whether there may be more. */
async function round(parts: ExchangeParts, one: Owned): Promise<boolean> {
  const exchange = await openExchange(parts, one)
  if (!exchange) return false
  const begun = performance.now()
  const pulled = await pullBatch(exchange, one.reads)
  // Where everything is read by a request of its own, what is to be told must not wait for all of it.
  one.reads = performance.now() - begun > longReadMs ? Math.max(leastReads, one.reads >> 1) : mostReads
  if (isOfAccount(pulled.trouble)) return rest(parts, one, pulled.trouble)
  const pushed = await pushBatch(exchange)
  if (pushed.taken > 0) one.told = await tellProgress(exchange, pushed.taken, one.told)
  const trouble = pushed.trouble ?? pulled.trouble
  const isOpen = pulled.done + pushed.done > 0
  // What failed alone waits alone; the vendor is left alone when nothing at all goes through.
  if (isOpen) await worked(parts, one, exchange)
  if (trouble !== undefined && (isOfAccount(trouble) || !isOpen)) return rest(parts, one, trouble)
  try {
    const caughtUp = trouble === undefined && (await catchUp(exchange))
    if (caughtUp) await worked(parts, one, exchange)
    return isOpen || caughtUp || pushed.taken > 0
  } catch (error) {
    return rest(parts, one, error)
  }
}

/** Takes up what a dead process left under way, or a round of ours that was cut off. */
async function reclaim({ db, clock, log, hub }: ExchangeParts, one: Owned): Promise<void> {
  if (!one.unsettled) return
  const dueAt = new Date(clock.now().getTime() + lateMs + settleMsOf(hub, one.id))
  const doubtful = await db.transaction((tx) => reclaimPushes(tx, one.id, dueAt))
  one.unsettled = false
  if (doubtful > 0) log.warn({ integration: one.id, doubtful }, 'Pushes to a CRM that were cut off are looked for.')
}

function settleMsOf(hub: ExchangeParts['hub'], integrationId: number): number {
  try {
    return hub.adapter(integrationId).abilities().settleMs ?? 0
  } catch {
    // What is not open is asked nothing so soon.
    return 0
  }
}

async function openExchange(parts: ExchangeParts, one: Owned): Promise<Exchange | undefined> {
  const { db, clock, log, hub, signals, random = Math.random } = parts
  const integration = await findIntegration(db, one.id)
  if (!integration) return undefined
  const lists = (await findLists(db, one.id))?.lists ?? null
  try {
    return {
      db,
      clock,
      log: log.child({ integration: integration.name }),
      adapter: hub.adapter(one.id),
      integration: { ...integration, lists },
      holder: one.holder,
      signal: one.ending.signal,
      random,
      tell: (topic) => signals.notify(topic),
    }
  } catch {
    // It is just being opened anew, or cannot be opened, which its condition says.
    return undefined
  }
}

async function worked({ db, clock }: ExchangeParts, one: Owned, { integration }: Exchange): Promise<void> {
  one.failures = 0
  const state = integration.condition?.state
  if (state === 'paused' || state === 'failing') await noteCondition(db, one.id, { state: 'working' }, clock.now())
}

/** The vendor cannot be asked: until when it is left alone depends on what it said. */
async function rest({ db, clock, log }: ExchangeParts, one: Owned, error: unknown): Promise<false> {
  if (error instanceof LostLease) throw error
  const now = clock.now()
  if (error instanceof AppError && error.code === 'rate_limited') {
    const until = new Date(now.getTime() + (error.retryAfterMs ?? usualRestMs))
    await pauseIntegration(db, one.id, { until, reason: error.message }, now)
    return false
  }
  if (error instanceof AppError && error.code === 'unauthenticated') {
    await noteCondition(db, one.id, { state: 'stopped', error: error.message }, now)
    return false
  }
  if (one.ending.signal.aborted) return false
  const delay = troubleDelaysMs[Math.min(one.failures++, troubleDelaysMs.length - 1)]!
  one.notBefore = now.getTime() + delay
  log.warn({ integration: one.id, error: messageOf(error), failures: one.failures }, 'A CRM cannot be reached.')
  const failing = { state: 'failing' as const, error: messageOf(error) }
  if (one.failures === troubleDelaysMs.length) await noteCondition(db, one.id, failing, now)
  return false
}
