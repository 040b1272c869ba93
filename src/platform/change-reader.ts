import { type RecordedChange, readChanges } from './changes.ts'
import { ensureCursor, lockCursor, moveCursor } from './cursors.store.ts'
import type { Database, Tx } from './database/database.ts'
import { holdLeases } from './leases.ts'
import type { Log } from './log.ts'

export interface ChangeReaderOptions {
  db: Database
  log: Log
  /** Names the reader's place in the log, for good. */
  name: string
  /** This process, as it holds leases. */
  holder: string
  /**
   * Works on changes in the order of the log, in the transaction that moves the reader's place: each is worked on exactly
   * once, as far as it only writes to the database. When it throws, the same changes come again.
   */
  handle(tx: Tx, changes: RecordedChange[]): Promise<void>
}

export interface ChangeReader {
  /** Something was recorded. Without it the reader looks once a second. */
  wake(): void
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>
}

const batchSize = 200
const idleMs = 1000
const soonMs = 50
const leaseSeconds = 10
const longestPauseMs = 30_000

/** Reads the log of changes for one purpose: one process at a time, from where the reader has come to, never skipping. */
export function startChangeReader(options: ChangeReaderOptions): ChangeReader {
  const { db, log, name } = options
  let stopped = false
  let woken = false
  let failures = 0
  let endPause = () => {}

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      endPause = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const run = async () => {
    let known = false
    while (!stopped) {
      const wasWoken = woken
      woken = false
      try {
        if (!known) await ensureCursor(db, name)
        known = true
        const isOurs = (await holdLeases(db, [`cursor:${name}`], options.holder, leaseSeconds)).length > 0
        // After a failure one at a time, so that everything before the change that fails gets through.
        const more = isOurs && (await readBatch(options, failures === 0 ? batchSize : 1))
        failures = 0
        if (more) continue
      } catch (error) {
        failures++
        log.error({ error, reader: name, failures }, 'Changes could not be worked on; they are tried again.')
      }
      // A wake-up is no reason to try sooner what has just failed.
      if (!stopped && failures > 0) await pause(Math.min(longestPauseMs, 100 * 2 ** failures))
      // What woke us may only show once older transactions are over, so a second look comes soon.
      else if (!stopped && !woken) await pause(wasWoken ? soonMs : idleMs)
    }
  }
  const running = run()

  return {
    wake() {
      woken = true
      if (failures === 0) endPause()
    },
    async stop() {
      stopped = true
      endPause()
      await running
    },
  }
}

/** Works on the next changes; whether there may be more. */
function readBatch({ db, name, handle }: ChangeReaderOptions, limit: number): Promise<boolean> {
  return db.transaction(async (tx) => {
    const from = await lockCursor(tx, name)
    if (!from) return false
    const { changes, position } = await readChanges(tx, from, limit)
    if (changes.length === 0) return false
    await handle(tx, changes)
    await moveCursor(tx, name, position)
    return true
  })
}
