import type { ChannelEvent } from '../../conversations/event.ts'
import type { Clock } from '../../platform/clock.ts'
import { allDone } from '../../platform/database/all-done.ts'
import type { Database, Tx } from '../../platform/database/database.ts'
import { isPassing } from '../../platform/database/failures.ts'
import { runTogether } from '../../platform/database/statement.ts'
import { insertAttempts, noteResults, noteStarts } from '../../platform/deliveries/deliveries.store.ts'
import type { DeliverySender, Notes } from '../../platform/deliveries/delivery.ts'
import type { Dispatcher } from '../../platform/deliveries/dispatcher.ts'
import { AppError, messageOf } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { createMicroBatch } from '../../platform/micro-batch.ts'
import { advanceBatch, type BatchResult, type BatchTools } from './advance-batch.ts'
import { type Batch, gatherBatch, type RoadItem } from './batch.ts'
import type { EngineCache } from './engine-cache.ts'
import { isolateBatch } from './isolate-batch.ts'
import { isolateNotes } from './isolate-notes.ts'
import { KnownThreads } from './known-threads.ts'
import { recallBatch } from './recall-batch.ts'
import { rememberBatch } from './remember-batch.ts'
import { RememberedThreads } from './remembered-threads.ts'
import { heldCalls } from './runs.store.ts'
import type { ChannelLookup, StartedCall } from './thread-context.ts'

export interface RoadOptions {
  db: Database
  clock: Clock
  log: Log
  metrics: Metrics
  /** The name of this process. */
  process: string
  cache: EngineCache
  channels: ChannelLookup & { projectOf(channelId: number): number | undefined }
  dispatcher: Dispatcher
  senders: readonly DeliverySender[]
  seal(text: string): string
  /** Begins work outside; its answer comes back by {@link Road.answer}. */
  onCall(call: StartedCall): void
  /** Whether work outside of a run is in hand in this process. */
  serves(runId: number): boolean
  /** A batch is committed. */
  onCommit(result: BatchResult): void
}

/** The way of a message: what comes in is stored, advanced and acknowledged, many threads in one transaction. */
export interface Road {
  /** Stores events of a channel and works on them; resolves after the commit. Throws `unavailable` when nothing was stored. */
  receive(channelId: number, events: ChannelEvent[]): Promise<void>
  add(item: RoadItem): void
  /** Begins work outside again that was in the hands of `holder`, unless that is us, and we are at it. */
  adopt(call: { threadId: number; runId: number; holder: string }): void
  /** Works at once on what is stored in these threads. */
  wake(threadIds: number[]): void
  /** Notes of the dispatcher wait to be written: now, or with the next batch that comes within a moment. */
  note(soon: boolean): void
  /** Resolves when nothing is left to do. */
  idle(): Promise<void>
  /** What is held back until a moment is left to the next process. */
  close(): void
}

/** The most that one transaction takes. */
const batchLimit = 200
const pendingLimit = 500
/** How long notes of results wait for more of them, or for a batch that takes them along, in milliseconds. */
const noteLingerMs = 50
const noNotes: Notes = { starts: [], results: [] }
/** How long the road waits before it tries a lost database again, in milliseconds. */
const lostDatabaseMs = 250

export function createRoad(options: RoadOptions): Road {
  const { db, dispatcher, log, metrics } = options
  const road = createMicroBatch<RoadItem>(batchLimit, runItems)
  let linger: NodeJS.Timeout | undefined
  /** Of threads that go on at a moment. */
  const held = new Set<NodeJS.Timeout>()
  /** A transaction was lost, perhaps after its commit. */
  let lostSight = false

  const knownThreads = new KnownThreads()
  const memory = new RememberedThreads()
  const heardAt = new Map<number, Date>()
  const tools = (): BatchTools => ({ ...options, knownThreads, memory, heardAt, now: options.clock.now() })

  async function runItems(items: RoadItem[]): Promise<void> {
    const batch = gatherBatch(items, options.clock.now())
    const begin = performance.now()
    try {
      await commit(batch, pendingLimit, () => notesFor(items), !hasNotesFor(items))
      for (const item of items) if (item.kind === 'events') item.stored()
      if (lostSight) await lookAgain()
      metrics.batchSize.observe(items.length)
      metrics.batchSeconds.observe((performance.now() - begin) / 1000)
    } catch (error) {
      await recover(batch, error)
    }
  }

  function hasNotesFor(items: RoadItem[]): boolean {
    return dispatcher.hasManyNotes || items.some((item) => item.kind === 'notes')
  }

  function notesFor(items: RoadItem[]): Notes {
    if (!hasNotesFor(items)) return noNotes
    clearTimeout(linger)
    linger = undefined
    return dispatcher.takeNotes()
  }

  /**
   * One transaction: all that the batch does, and the dispatcher's notes as they stand at its end; then what follows the commit. What
   * is recalled takes no notes along: what they mean to others is not to be begun twice.
   */
  async function commit(batch: Batch, limit: number, takeNotes: () => Notes, mayRecall: boolean): Promise<void> {
    const started: BatchResult['writes']['deliveries'] = []
    const isIdle = batch.wanted.keys.length + batch.wanted.ids.length === 0
    if (isIdle && !dispatcher.hasNotes) return
    let notes = noNotes
    let result: BatchResult | undefined
    const recalled =
      isIdle || !mayRecall ? undefined : recallBatch(batch, knownThreads, memory, (id) => dispatcher.holds(id))
    try {
      result = await db.batchTransaction(async (tx, last) => {
        const advanced = isIdle ? undefined : await advanceBatch(tx, batch, tools(), limit, recalled, last)
        // What has ended meanwhile makes room for what begins now.
        if (!recalled) notes = takeNotes()
        if (advanced) last(advanced.write(started))
        await writeNotes(tx, notes, true, last)
        return advanced
      })
    } catch (error) {
      dispatcher.notNoted(notes)
      dispatcher.dropped(started)
      if (!recalled || isPassing(error)) throw error
      // Whatever it was, it may come of what was remembered: this time it is read.
      metrics.batchesRecalled.inc({ outcome: 'changed' })
      memory.proved(false)
      for (const { row } of recalled.threads) memory.forget(row.id)
      return commit(batch, limit, takeNotes, false)
    }
    dispatcher.noted(notes)
    if (!result) return
    if (recalled) metrics.batchesRecalled.inc({ outcome: 'held' })
    // What becomes of a delivery that failed may have been written into its conversation.
    const isAll = notes.results.every(({ attempt }) => attempt.outcome === 'sent')
    rememberBatch(memory, batch.arrivals, result, isAll ? result.written : undefined)
    afterCommit(result)
  }

  function afterCommit(result: BatchResult): void {
    result.writes.committed()
    dispatcher.stored(result.writes.deliveries, result.locked.open)
    metrics.messagesReceived.inc(result.writes.messages.filter((message) => message.direction === 'inbound').length)
    for (const call of result.calls) options.onCall(call)
    for (const { threadId, at } of result.later) {
      const wait = Math.max(0, at.getTime() - options.clock.now().getTime())
      const timer = setTimeout(() => {
        held.delete(timer)
        road.add({ kind: 'thread', threadId })
      }, wait).unref()
      held.add(timer)
    }
    options.onCommit(result)
  }

  async function writeNotes(
    tx: Tx,
    notes: Notes,
    settles: boolean,
    last: (written: Promise<unknown>) => void,
  ): Promise<void> {
    const { starts, results } = notes
    if (starts.length + results.length === 0) return
    const now = options.clock.now()
    const recorded = results.filter(
      ({ attempt, delivery }) =>
        attempt.outcome !== 'sent' || options.senders.find((sender) => sender.kind === delivery.kind)?.recordsSuccess,
    )
    last(
      runTogether(tx, [
        noteStarts(starts, options.process),
        noteResults(results, now, options.process),
        insertAttempts(recorded),
      ]),
    )
    if (!settles) return
    const bySender = Map.groupBy(results, ({ delivery }) => options.senders.find(({ kind }) => kind === delivery.kind))
    await allDone([...bySender].map(([sender, own]) => sender?.settle?.(tx, own, last)))
  }

  /** A batch failed. A lost database is waited for; else each thread is tried alone, so that the poisonous one is found. */
  async function recover(batch: Batch, error: unknown): Promise<void> {
    if (isPassing(error)) return waitForDatabase(batch, error)
    log.warn({ error }, 'A batch failed; its threads are tried one by one.')
    // What another process deleted meanwhile may still be remembered.
    for (const projectId of options.cache.projectIds()) options.cache.forget(projectId)
    try {
      const write = (notes: Notes, settles: boolean) =>
        db.batchTransaction((tx, last) => writeNotes(tx, notes, settles, last))
      await isolateNotes({ log, dispatcher, write })
    } catch (lost) {
      return waitForDatabase(batch, lost)
    }
    await isolateBatch(batch, {
      ...options,
      again: (item) => road.add(item),
      commit: (part, limit) => commit(part, limit, () => noNotes, false),
    })
    if (dispatcher.hasNotes) road.add({ kind: 'notes' })
  }

  async function waitForDatabase(batch: Batch, error: unknown): Promise<void> {
    log.warn({ error: messageOf(error) }, 'The database did not take a batch; it is tried again.')
    lostSight = true
    memory.clear()
    for (const item of batch.items) {
      if (item.kind === 'events')
        item.refused(new AppError('unavailable', 'The database cannot be reached; send it again.', { cause: error }))
    }
    await new Promise((resolve) => setTimeout(resolve, lostDatabaseMs))
    for (const item of batch.items) if (item.kind !== 'events') road.add(item)
    if (dispatcher.hasNotes) road.add({ kind: 'notes' })
  }

  /** The word of a commit may have been lost with the connection: work outside that was stored, but not begun, is begun. */
  async function lookAgain(): Promise<void> {
    try {
      for (const call of await heldCalls(db, options.process))
        road.add({ kind: 'orphan', ...call, holder: options.process })
      lostSight = false
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'Work outside could not be looked for; it is looked for again.')
    }
  }

  function adopt(call: { threadId: number; runId: number; holder: string }): void {
    if (call.holder !== options.process || !options.serves(call.runId)) road.add({ kind: 'orphan', ...call })
  }

  return {
    add: (item) => road.add(item),
    adopt,
    receive(channelId, events) {
      const projectId = options.channels.projectOf(channelId)
      if (projectId === undefined) return Promise.reject(new AppError('not_found', `There is no channel ${channelId}.`))
      return new Promise((stored, refused) => {
        road.add({ kind: 'events', projectId, channelId, events, stored, refused })
      })
    },
    wake(threadIds) {
      for (const threadId of threadIds) road.add({ kind: 'thread', threadId })
    },
    note(soon) {
      if (soon) {
        road.add({ kind: 'notes' })
        return
      }
      linger ??= setTimeout(() => road.add({ kind: 'notes' }), noteLingerMs)
    },
    idle: () => road.idle(),
    close() {
      clearTimeout(linger)
      for (const timer of held) clearTimeout(timer)
    },
  }
}
