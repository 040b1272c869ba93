import { drawIds, type NumberBlock } from '../../conversations/conversations.store.ts'
import { ensureThreads, type ThreadKey } from '../../conversations/events.store.ts'
import { admitThreads } from '../../conversations/receive/admit-threads.ts'
import { BatchWrites } from '../../conversations/receive/batch-writes.store.ts'
import { type LockedThreads, lockThreads, readLockedThreads } from '../../conversations/receive/locked-threads.store.ts'
import { type ThreadQueue, threadKey } from '../../conversations/receive/thread-queue.ts'
import { findDeals } from '../../crm/deals.store.ts'
import type { Tx } from '../../platform/database/database.ts'
import { runTogether } from '../../platform/database/statement.ts'
import { insertDeliveries } from '../../platform/deliveries/deliveries.store.ts'
import type { DeliveryDraft } from '../../platform/deliveries/delivery.ts'
import type { Dispatcher } from '../../platform/deliveries/dispatcher.ts'
import { advanceThread, type ThreadWork } from './advance-thread.ts'
import { type Batch, queueArrivals } from './batch.ts'
import type { EngineCache } from './engine-cache.ts'
import type { KnownThreads } from './known-threads.ts'
import { insertRuns, insertSteps, lockRuns, type Run, updateRuns } from './runs.store.ts'
import type { ChannelLookup, RunState, StartedCall, ThreadContext } from './thread-context.ts'

/** What a batch needs that outlives it. */
export interface BatchTools {
  now: Date
  /** The name of this process. */
  process: string
  cache: EngineCache
  channels: ChannelLookup
  dispatcher: Dispatcher
  knownThreads: KnownThreads
  /** When the "last in" of each channel was written last. */
  heardAt: Map<number, Date>
  seal(text: string): string
}

/** What a batch did, for what follows its commit. */
export interface BatchResult {
  writes: BatchWrites
  threads: ThreadQueue[]
  calls: StartedCall[]
  /** Unfinished deliveries by lane, as they were when the locks were taken. */
  open: Map<string, number[]>
  /** Threads that go on later: at a moment, or at once when there was more than one batch takes. */
  later: { threadId: number; at: Date }[]
  /** Writes it all. Deliveries that begin with the commit are put into `started`, so that they can be given back if it fails. */
  write(started: DeliveryDraft[]): Promise<void>
}

/**
 * Works on a batch in one transaction: lock, read, advance each thread; what is to be written is written by the result. Takes `limit`
 * stored events at most.
 */
export async function advanceBatch(tx: Tx, batch: Batch, tools: BatchTools, limit: number): Promise<BatchResult> {
  const { arrivals } = batch
  const { locked, runs } = await lockAndRead(tx, batch, tools, limit)
  const threads = locked.threads.toSorted((one, other) => one.id - other.id)
  const stored = threads.reduce((sum, thread) => sum + thread.events.length, 0)
  queueArrivals(threads, arrivals, locked.known)
  const shared = sharedContext(tx, tools, locked.numbers)
  // What is stored goes first: when there may be more of it than was read, what arrives has to line up behind it.
  if (stored >= limit) postponeArrivals(threads, shared.writes)
  const projectIds = threads.map((thread) => thread.projectId)
  await tools.cache.ensure(
    tx,
    projectIds,
    runs.map((run) => run.versionId),
  )
  await admitThreads(tx, tools.now, threads, locked.people, locked.operators)
  const states = await runStates(tx, runs, tools.cache)

  const later: BatchResult['later'] = []
  for (const thread of threads) {
    const work = batch.work.get(thread.id) ?? nothing
    const mine = states.filter((state) => belongs(state, thread, work))
    const context = threadContext(shared, thread, mine, tools)
    const held = await advanceThread(context, work, {
      tx,
      writes: shared.writes,
      people: locked.people,
      operators: locked.operators,
      nextId: shared.nextId,
    })
    if (held) later.push({ threadId: thread.id, at: held })
    for (const state of context.runs) if (!states.includes(state)) states.push(state)
  }
  if (stored >= limit) later.push(...threads.map((thread) => ({ threadId: thread.id, at: tools.now })))
  return {
    writes: shared.writes,
    threads,
    calls: shared.calls,
    open: locked.open,
    later,
    write: (started) => writeBatch(tx, shared, states, locked.open, tools, started),
  }
}

function postponeArrivals(threads: ThreadQueue[], writes: BatchWrites): void {
  for (const thread of threads) {
    for (const queued of thread.events) writes.postpone(thread, queued)
    thread.events = thread.events.filter((queued) => queued.id !== undefined)
  }
}

/** Sent without waiting for one another: one trip to the server, worked on in this order. Threads not met before cost a second one. */
async function lockAndRead(
  tx: Tx,
  batch: Batch,
  tools: BatchTools,
  limit: number,
): Promise<{ locked: LockedThreads; runs: Run[] }> {
  const ids = await threadIds(tx, batch, tools.knownThreads)
  const [, locked, runs] = await Promise.all([
    lockThreads(tx, ids),
    readLockedThreads(tx, ids, batch.arriving, {
      events: limit,
      numberBlocks: 1 + Math.ceil(batch.arrivals.length / 50),
    }),
    lockRuns(tx, ids, batch.runIds),
  ])
  const found = new Set(locked.threads.map((thread) => threadKey(thread.channelId, thread.externalId)))
  const lost = batch.wanted.keys.map(keyOf).filter((key) => !found.has(key))
  if (lost.length === 0) return { locked, runs }
  // Deleted, or moved, since we met them.
  for (const key of lost) tools.knownThreads.forget(key)
  return lockAndRead(tx, batch, tools, limit)
}

/** The numbers of a batch's threads; those that are new are made. */
async function threadIds(tx: Tx, { wanted }: Batch, known: KnownThreads): Promise<number[]> {
  const ids = new Set(wanted.ids)
  const strange: ThreadKey[] = []
  for (const key of wanted.keys) {
    const id = known.idOf(keyOf(key))
    if (id === undefined) strange.push(key)
    else ids.add(id)
  }
  if (strange.length > 0) {
    for (const thread of await ensureThreads(tx, strange)) {
      known.add(keyOf(thread), thread.id)
      ids.add(thread.id)
    }
  }
  return [...ids]
}

const keyOf = (thread: { channel_id: number; external_id: string }) => threadKey(thread.channel_id, thread.external_id)

const nothing: ThreadWork = { due: new Set(), results: [], orphans: new Map() }

async function writeBatch(
  tx: Tx,
  shared: SharedContext,
  states: RunState[],
  open: Map<string, number[]>,
  tools: BatchTools,
  started: DeliveryDraft[],
): Promise<void> {
  const { writes, steps } = shared
  for (const draft of writes.deliveries) {
    const lane = open.get(draft.lane)
    if (!lane || !tools.dispatcher.tryStart(draft, lane)) continue
    draft.status = 'sending'
    started.push(draft)
  }
  const touched = states.filter((state) => state.touched)
  for (const { run } of touched) run.updatedAt = tools.now
  await runTogether(tx, [
    ...writes.statements(),
    insertDeliveries(writes.deliveries, tools.process, tools.now),
    insertRuns(touched.filter((state) => state.isNew).map((state) => state.run)),
    updateRuns(touched.filter((state) => !state.isNew).map((state) => state.run)),
    insertSteps(steps),
  ])
}

type SharedContext = Pick<
  ThreadContext,
  'tx' | 'writes' | 'steps' | 'calls' | 'conversations' | 'nextId' | 'reserveIds' | 'renewIds'
>

function sharedContext(tx: Tx, tools: BatchTools, blocks: NumberBlock[]): SharedContext {
  const left = () => blocks.reduce((sum, block) => sum + block.last - block.next + 1, 0)
  return {
    tx,
    writes: new BatchWrites(tools.now, tools.heardAt),
    steps: [],
    calls: [],
    conversations: new Map(),
    nextId() {
      while (blocks[0]!.next > blocks[0]!.last) blocks.shift()
      return blocks[0]!.next++
    },
    async reserveIds() {
      if (left() < 200) blocks.push(...(await drawIds(tx, 1)))
    },
    async renewIds() {
      blocks.splice(0, blocks.length, ...(await drawIds(tx, 1)))
    },
  }
}

function threadContext(shared: SharedContext, thread: ThreadQueue, runs: RunState[], tools: BatchTools): ThreadContext {
  return {
    ...shared,
    now: tools.now,
    process: tools.process,
    thread,
    project: tools.cache.project(thread.projectId),
    runs,
    flows: tools.cache,
    channels: tools.channels,
    reply: undefined,
    sender: thread.contact,
    manager: undefined,
    client: undefined,
    released: [],
    seal: tools.seal,
  }
}

async function runStates(tx: Tx, runs: Run[], cache: EngineCache): Promise<RunState[]> {
  const deals = await findDeals(
    tx,
    runs.flatMap((run) => (run.dealId === null ? [] : [run.dealId])),
  )
  return runs.map((run) => ({
    run,
    flow: cache.version(run.versionId),
    deal: deals.find(({ deal }) => deal.id === run.dealId),
    isNew: false,
    touched: false,
    visits: {},
  }))
}

/** A direct thread moves its contact's runs, a group its own; and any moves those it was woken for. */
function belongs({ run }: RunState, thread: ThreadQueue, work: ThreadWork): boolean {
  if (run.contactId !== null && run.contactId === thread.contact?.id) return true
  if (run.contactId === null && run.conversationId !== null && run.conversationId === thread.conversation?.id)
    return true
  return work.due.has(run.id) || work.orphans.has(run.id) || work.results.some((answer) => answer.runId === run.id)
}
