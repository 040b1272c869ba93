import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { isPassing } from '../../platform/database/failures.ts'
import { messageOf } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'
import type { ContactImport } from './import.ts'
import { importBatch, PeopleAreBusy } from './import-batch.ts'
import { refuseRow, takeImport } from './imports.store.ts'

export interface ImportParts {
  db: Database
  clock: Clock
  log: Log
  /** Tells that the log of changes grew. */
  tell(): void
}

/** Rows of one transaction: few, because the embedded database does nothing else meanwhile. */
const mostRows = 100

/**
 * Works on the imports that are under way, batch by batch, until none is left or the signal says to stop. Several processes
 * may do it at once: each batch holds the lock of its import, and one that died is gone on with behind its last commit.
 */
export async function workImports({ db, clock, log, tell }: ImportParts, signal: AbortSignal): Promise<void> {
  let limit = mostRows
  while (!signal.aborted) {
    // The embedded database answers without a turn of the event loop: without this nothing else would come to its turn.
    await setImmediate()
    let taken: ContactImport | undefined
    try {
      await db.transaction(async (tx) => {
        taken = await takeImport(tx)
        if (taken) await importBatch(tx, clock.now(), taken, limit)
      })
      if (!taken) return
      tell()
      limit = Math.min(limit * 2, mostRows)
    } catch (error) {
      if (error instanceof PeopleAreBusy) {
        // Fewer people at once are rather free; when a single one is not, the next round comes soon.
        if (limit === 1) return
        limit = Math.ceil(limit / 4)
        continue
      }
      if (isPassing(error) || !taken) throw error
      if (limit === 1) await setAside(db, taken, error, log)
      limit = 1
    }
  }
}

/** The row that stops its import is refused, so that the others go on. */
async function setAside(db: Database, { id, done }: ContactImport, error: unknown, log: Log): Promise<void> {
  log.error({ error, import: id, after: done }, 'A row of an import could not be taken; it is refused.')
  await db.transaction((tx) => refuseRow(tx, id, done, `It could not be taken: ${messageOf(error)}`))
}
