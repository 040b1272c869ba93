import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { uuid } from '../../platform/ids.ts'
import { holdLeases, releaseLeases } from '../../platform/leases.ts'

/** What a dead process had in hand may be done by another after so many seconds. */
const leaseSeconds = 15
const renewMs = 5000
const lookMs = 50

/**
 * Does work that only one caller at a time may do, of whatever process, under a lease of that name; others wait for its end. It must not be
 * called in a transaction. Throws `timeout` when `signal` ends the waiting; the work was not begun then.
 */
export async function doExclusively<T>(
  db: Database,
  name: string,
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  // A name of its own for each caller, so that those of one process wait for one another too.
  const holder = `once:${uuid()}`
  const hold = async () => (await holdLeases(db, [name], holder, leaseSeconds)).length > 0
  while (!(await hold())) {
    await sleep(lookMs * (1 + Math.random()), undefined, { signal }).catch(() => undefined)
    if (signal.aborted) throw new AppError('timeout', `Something else held ${name} for too long; nothing was done.`)
  }
  const timer = setInterval(() => void hold().catch(() => undefined), renewMs)
  try {
    return await work()
  } finally {
    clearInterval(timer)
    // What cannot be given back now lapses by itself.
    await releaseLeases(db, holder).catch(() => undefined)
  }
}
