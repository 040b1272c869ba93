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
   * once, as far as it only writes to the database. When it throws, the same changes come again. It may give a function,
   * to be called once the transaction is committed.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: most readers give nothing
  handle(tx: Tx, changes: RecordedChange[]): Promise<(() => void) | void>
}

export interface ChangeReader {
  /** Something was recorded. Without it the reader looks once a second. */
  wake(): void
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>
}

const batchSize = 200
const idleMs = 1000
/** What woke us may only show once older transactions are over, so further looks come soon, and then less soon. */
const soonMs = [25, 50, 100, 200, 400]
/** Changes that come one by one are gathered for so long; a full batch is followed by the next at once. */
const gatherMs = 100
const leaseSeconds = 10
const longestPauseMs = 30_000

/** Reads the log of changes for one purpose: one process at a time, from where the reader has come to, never skipping. */
export function startChangeReader(options: ChangeReaderOptions): ChangeReader {
  const { log, name } = options
  const holdLease = leaseHolder(options)
  let stopped = false
  let woken = true
  let emptyLooks = 0
  let failures = 0
  let pausing: { end(): void; untilWoken: boolean } | undefined

  const pause = (ms: number, untilWoken: boolean) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      const end = () => {
        clearTimeout(timer)
        resolve()
      }
      pausing = { end, untilWoken }
    })

  /** Milliseconds until the next look, and whether waking shortens them. */
  const look = async (): Promise<[ms: number, untilWoken: boolean]> => {
    if (woken) emptyLooks = 0
    woken = false
    try {
      // After a failure one at a time, so that everything before the change that fails gets through.
      const limit = failures === 0 ? batchSize : 1
      const count = (await holdLease()) ? await readBatch(options, limit) : 0
      failures = 0
      if (count === limit) return [0, true]
      if (count > 0) woken = true
      if (count > 0) return [gatherMs, false]
      return [woken ? 0 : (soonMs[emptyLooks++] ?? idleMs), true]
    } catch (error) {
      failures++
      log.error({ error, reader: name, failures }, 'Changes could not be worked on; they are tried again.')
      return [Math.min(longestPauseMs, 100 * 2 ** failures), false]
    }
  }

  const run = async () => {
    while (!stopped) {
      const [ms, untilWoken] = await look()
      if (!stopped && ms > 0) await pause(ms, untilWoken)
    }
  }
  const running = run()

  return {
    wake() {
      woken = true
      if (pausing?.untilWoken) pausing.end()
    },
    async stop() {
      stopped = true
      pausing?.end()
      await running
    },
  }
}

/** Takes and keeps the reader's lease; asks the database once a second, or when a third of the lease is over. */
function leaseHolder({ db, name, holder }: ChangeReaderOptions): () => Promise<boolean> {
  let known = false
  let held = false
  let askAgainAt = 0
  return async () => {
    if (performance.now() < askAgainAt) return held
    if (!known) await ensureCursor(db, name)
    known = true
    held = (await holdLeases(db, [`cursor:${name}`], holder, leaseSeconds)).length > 0
    askAgainAt = performance.now() + (held ? (leaseSeconds * 1000) / 3 : idleMs)
    return held
  }
}

/** Works on the next changes; gives how many there were. */
async function readBatch({ db, name, handle }: ChangeReaderOptions, limit: number): Promise<number> {
  const worked = await db.transaction(async (tx) => {
    const from = await lockCursor(tx, name)
    if (!from) return undefined
    const { changes, position } = await readChanges(tx, from, limit)
    if (changes.length === 0) return undefined
    const afterCommit = await handle(tx, changes)
    await moveCursor(tx, name, position)
    return { count: changes.length, afterCommit }
  })
  worked?.afterCommit?.()
  return worked?.count ?? 0
}
