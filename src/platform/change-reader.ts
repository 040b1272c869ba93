import { type CursorPosition, type RecordedChange, readChanges, readChangesOfKinds } from './changes.ts'
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
  /** Whether there is anybody to read for; while there is nobody, the log is left alone. */
  isWanted?(): boolean
  /** Only these kinds are worked on; the others cost next to nothing. All when absent. */
  kinds?: readonly string[]
  /**
   * Works on changes in the order of the log, in the transaction that moves the reader's place: each is worked on exactly
   * once, as far as it only writes to the database. When it throws, the same changes come again. It may give a function,
   * to be called once the transaction is committed. `continued` says that nobody read on since this reader's last batch.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: most readers give nothing
  handle(tx: Tx, changes: RecordedChange[], continued: boolean): Promise<(() => void) | void>
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
const gatherMs = 250
const leaseSeconds = 10
const longestPauseMs = 30_000

/** Reads the log of changes for one purpose: one process at a time, from where the reader has come to, never skipping. */
export function startChangeReader(options: ChangeReaderOptions): ChangeReader {
  const { log, name } = options
  const holdLease = leaseHolder(options)
  const readBatch = batchReader(options)
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
    if (options.isWanted?.() === false) return [idleMs, false]
    try {
      // After a failure one at a time, so that everything before the change that fails gets through.
      const limit = failures === 0 ? batchSize : 1
      const found = (await holdLease()) ? await readBatch(limit) : 'nothing'
      failures = 0
      if (found === 'more') return [0, true]
      if (found === 'some') woken = true
      if (found === 'some') return [gatherMs, false]
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

/** Works on the next changes; tells whether there were any, and whether there are certainly more. */
function batchReader({ db, name, kinds, handle }: ChangeReaderOptions): (limit: number) => Promise<Found> {
  let left: CursorPosition | undefined
  return async (limit) => {
    const worked = await db.transaction(async (tx) => {
      const from = await lockCursor(tx, name)
      if (!from) return undefined
      const { changes, position, more } = kinds
        ? await readChangesOfKinds(tx, from, limit, kinds)
        : await readAll(tx, from, limit)
      if (isSame(position, from)) return undefined
      const continued = left !== undefined && isSame(left, from)
      const afterCommit = changes.length > 0 ? await handle(tx, changes, continued) : undefined
      await moveCursor(tx, name, position)
      // A handler that saw nothing has not heard that others read on.
      const heard = continued || changes.length > 0
      return { more, afterCommit, left: heard ? position : undefined }
    })
    if (!worked) return 'nothing'
    left = worked.left
    worked.afterCommit?.()
    return worked.more ? 'more' : 'some'
  }
}

type Found = 'nothing' | 'some' | 'more'

async function readAll(tx: Tx, from: CursorPosition, limit: number) {
  const read = await readChanges(tx, from, limit)
  return { ...read, more: read.changes.length === limit }
}

function isSame(one: CursorPosition, other: CursorPosition): boolean {
  return one.xact === other.xact && one.changeId === other.changeId
}
