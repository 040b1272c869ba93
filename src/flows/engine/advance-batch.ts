import { drawIds, type NumberBlock } from '../../conversations/conversations.store.ts'
import { ensureThreads, type ThreadKey } from '../../conversations/events.store.ts'
import { admitThreads } from '../../conversations/receive/admit-threads.ts'
import { BatchWrites } from '../../conversations/receive/batch-writes.store.ts'
import { type LockedThreads, lockThreads, readLockedThreads } from '../../conversations/receive/locked-threads.store.ts'
import { type ThreadQueue, threadKey } from '../../conversations/receive/thread-queue.ts'
import { findDeals } from '../../crm/deals.store.ts'
import type { Tx } from '../../platform/database/database.ts'
import type { VersionedRow } from '../../platform/database/json-row.ts'
import { type GivenRows, runTogether } from '../../platform/database/statement.ts'
import { insertDeliveries } from '../../platform/deliveries/deliveries.store.ts'
import type { DeliveryDraft } from '../../platform/deliveries/delivery.ts'
import type { Dispatcher } from '../../platform/deliveries/dispatcher.ts'
import { advanceThread, type ThreadWork } from './advance-thread.ts'
import { type Batch, queueArrivals } from './batch.ts'
import type { EngineCache } from './engine-cache.ts'
import type { KnownThreads } from './known-threads.ts'
import { asRead, type RecalledBatch } from './recall-batch.ts'
import { holdThreads } from './remembered-threads.store.ts'
import type { RememberedRun, RememberedThreads } from './remembered-threads.ts'
import { insertRuns, insertSteps, type LockedRun, lockRuns, updateRuns } from './runs.store.ts'
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
  memory: RememberedThreads
  /** When the "last in" of each channel was written last. */
  heardAt: Map<number, Date>
  seal(text: string): string
}

/** Rows as a batch wrote them, by number. */
export interface WrittenRows {
  conversations: Map<number, VersionedRow>
  contacts: Map<number, VersionedRow>
  runs: Map<number, RememberedRun>
}

/** What a batch did, for what follows its commit. */
export interface BatchResult {
  writes: BatchWrites
  threads: ThreadQueue[]
  calls: StartedCall[]
  /** What it began with. */
  locked: LockedThreads
  /** The runs that it began with, and those that began in it. */
  states: RunState[]
  /** What it wrote, once it has; told of a batch of one thread alone. */
  written?: WrittenRows
  /** Threads that go on later: at a moment, or at once when there was more than one batch takes. */
  later: { threadId: number; at: Date }[]
  /** Writes it all. Deliveries that begin with the commit are put into `started`, so that they can be given back if it fails. */
  write(started: DeliveryDraft[]): Promise<void>
}

/**
 * Works on a batch in one transaction: lock, read, advance each thread; what is to be written is written by the result. Takes `limit`
 * stored events at most. What is recalled is not read: `last` is given what looks whether it holds, and fails the transaction.
 */
export async function advanceBatch(
  tx: Tx,
  batch: Batch,
  tools: BatchTools,
  limit: number,
  recalled: RecalledBatch | undefined,
  last: (held: Promise<unknown>) => void,
): Promise<BatchResult> {
  const { arrivals } = batch
  if (recalled) last(holdThreads(tx, recalled.threads, recalled.people))
  const { locked, runs } = recalled ? asRead(recalled, batch, tools.memory) : await lockAndRead(tx, batch, tools, limit)
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
    runs.map(({ run }) => run.versionId),
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
  const result: BatchResult = {
    writes: shared.writes,
    threads,
    calls: shared.calls,
    locked,
    states,
    later,
    async write(started) {
      // A thread that comes alone is remembered: in a bigger batch the trip that it saves costs each of them less than that.
      const given = await writeBatch(tx, shared, states, locked.open, tools, started, threads.length === 1)
      result.written = given && writtenRows(given)
    },
  }
  return result
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
): Promise<{ locked: LockedThreads; runs: LockedRun[] }> {
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
  giveRows: boolean,
): Promise<GivenRows | undefined> {
  const { writes, steps } = shared
  for (const draft of writes.deliveries) {
    const lane = open.get(draft.lane)
    if (!lane || !tools.dispatcher.tryStart(draft, lane)) continue
    draft.status = 'sending'
    started.push(draft)
  }
  const touched = states.filter((state) => state.touched)
  for (const { run } of touched) run.updatedAt = tools.now
  const given = await runTogether(
    tx,
    [
      ...writes.statements(),
      insertDeliveries(writes.deliveries, tools.process, tools.now),
      insertRuns(touched.filter((state) => state.isNew).map((state) => state.run)),
      updateRuns(touched.filter((state) => !state.isNew).map((state) => state.run)),
      insertSteps(steps),
    ],
    giveRows,
  )
  return giveRows ? given : undefined
}

function writtenRows(given: GivenRows): WrittenRows {
  const byId = (name: string) => {
    const rows = (given[name] ?? []) as (VersionedRow & { id: number })[]
    return new Map(rows.map(({ id, row, version }) => [id, { row, version }]))
  }
  const runs = [...(given.begun_runs ?? []), ...(given.moved_runs ?? [])] as RememberedRun[]
  return {
    conversations: byId('conversations'),
    contacts: byId('contacts'),
    runs: new Map(runs.map((run) => [run.id, run])),
  }
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

async function runStates(tx: Tx, runs: LockedRun[], cache: EngineCache): Promise<RunState[]> {
  const deals = await findDeals(
    tx,
    runs.flatMap(({ run }) => (run.dealId === null ? [] : [run.dealId])),
  )
  return runs.map(({ run, version }) => ({
    run,
    version,
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
