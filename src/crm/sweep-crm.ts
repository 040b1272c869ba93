import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { Log } from '../platform/log.ts'
import { giveOutWaiting } from './distribution/give-out-waiting.ts'
import { sweepTasks } from './tasks/sweep-tasks.ts'

/**
 * Does what has become due: gives out what waits for an operator, and looks after tasks. Every process may sweep; what two of
 * them find is done once. `notify` wakes those in all processes whom a topic concerns.
 */
export async function sweepCrm(db: Database, clock: Clock, log: Log, notify: (topic: string) => void): Promise<void> {
  try {
    if ((await giveOutWaiting(db, clock, log)) > 0) notify('changes')
  } finally {
    await sweepTasks(db, clock.now(), log, notify)
  }
}
