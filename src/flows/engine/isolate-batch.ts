import type { ChannelEvent } from '../../conversations/event.ts'
import { ensureThreads, oldestPending, parkEvent, storePending } from '../../conversations/events.store.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { isPassing } from '../../platform/database/failures.ts'
import { AppError, messageOf } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { storable } from '../../platform/storable.ts'
import { type Batch, gatherBatch, type RoadItem } from './batch.ts'
import { failRunRow } from './runs.store.ts'

export interface IsolationTools {
  db: Database
  clock: Clock
  log: Log
  metrics: Metrics
  /** One transaction over a batch that takes at most so many stored events. */
  commit(batch: Batch, limit: number): Promise<void>
  again(item: RoadItem): void
}

/**
 * Finds what made a batch fail. Its events are stored first, and so acknowledged; then each thread is advanced by itself,
 * one event a transaction. What fails alone is set aside with its error (a run that cannot go on is ended), and the rest goes on.
 */
export async function isolateBatch(batch: Batch, tools: IsolationTools): Promise<void> {
  const threads: number[] = []
  for (const item of batch.items) if (item.kind === 'events') threads.push(...(await storeItem(item, tools)))
  for (const item of batch.items) {
    if (item.kind === 'due' || item.kind === 'orphan' || item.kind === 'answer') await tryItem(item, tools)
  }
  for (const threadId of new Set([...threads, ...batch.wanted.ids])) await tryThread(threadId, tools)
}

/** Stores what came in one request, so that what cannot be stored is refused alone. Gives the threads. */
async function storeItem(item: Extract<RoadItem, { kind: 'events' }>, tools: IsolationTools): Promise<number[]> {
  try {
    const threads = await storeArrivals(gatherBatch([item], tools.clock.now()), tools.db)
    item.stored()
    return threads
  } catch (error) {
    tools.log.error({ error, channelId: item.channelId }, 'Events could not be stored and were refused.')
    item.refused(new AppError('unavailable', `The events could not be stored: ${messageOf(error)}`, { cause: error }))
    return []
  }
}

async function storeArrivals(batch: Batch, db: Database): Promise<number[]> {
  if (batch.arrivals.length === 0) return []
  return db.transaction(async (tx) => {
    const threads = await ensureThreads(tx, batch.wanted.keys)
    await storePending(
      tx,
      batch.arrivals.map(({ projectId, channelId, thread, queued }) => ({
        project_id: projectId,
        channel_id: channelId,
        thread,
        external_id: queued.externalId,
        kind: queued.event.kind,
        // What the database cannot hold may be what made the batch fail.
        payload: storable(queued.event) as ChannelEvent,
        received_at: queued.receivedAt,
        hold_until: queued.holdUntil ?? null,
      })),
    )
    return threads.map(({ id }) => id)
  })
}

/** A run that cannot be moved is ended visibly; a lost database is no fault of it. */
async function tryItem(
  item: Extract<RoadItem, { runId: number } | { kind: 'answer' }>,
  tools: IsolationTools,
): Promise<void> {
  const runId = item.kind === 'answer' ? item.answer.runId : item.runId
  try {
    await tools.commit(gatherBatch([item], tools.clock.now()), 0)
  } catch (error) {
    if (isPassing(error)) return tools.again(item)
    tools.log.error({ error, runId }, 'A run could not be moved and was ended.')
    await tools.db
      .transaction((tx) => failRunRow(tx, runId, messageOf(error), tools.clock.now()))
      .catch(() => tools.again(item))
  }
}

async function tryThread(threadId: number, tools: IsolationTools): Promise<void> {
  const item: RoadItem = { kind: 'thread', threadId }
  for (;;) {
    const now = tools.clock.now()
    const next = await oldestPending(tools.db, threadId, now).catch(() => undefined)
    if (next === undefined) return
    try {
      await tools.commit(gatherBatch([item], now), 1)
    } catch (error) {
      if (isPassing(error)) return tools.again(item)
      tools.log.error(
        { error, eventId: next, threadId },
        'An event could not be processed and was set aside; the later ones of its thread go on.',
      )
      tools.metrics.eventsParked.inc()
      const parked = await tools.db
        .transaction((tx) => parkEvent(tx, next, messageOf(error)))
        .then(
          () => true,
          () => false,
        )
      if (!parked) return tools.again(item)
    }
  }
}
