import { threadsWaiting } from '../../conversations/events.store.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import type { Road } from './road.ts'
import { dueRuns, orphanedCalls } from './runs.store.ts'

/** So much is taken up in one round; the rest in the next. */
const roundLimit = 1000

/**
 * Takes up what waits in the database: moments that have come, events that a dead process left or that were held back, and work
 * outside whose process is gone. Every process sweeps; what two of them find is done once, under the thread's lock.
 */
export async function sweepRoad(db: Database, clock: Clock, road: Road): Promise<void> {
  const now = clock.now()
  for (const { runId, threadId } of await dueRuns(db, now, roundLimit)) road.add({ kind: 'due', runId, threadId })
  for (const orphan of await orphanedCalls(db, roundLimit)) road.adopt(orphan)
  road.wake(await threadsWaiting(db, now, roundLimit))
}
