import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Log } from '../log.ts'

/** A table of which old rows go. Its rows are numbered by `id`, about in the order in which they are made. */
export interface HistoryTable {
  table: string
  /** The column that says when a row was made. */
  made: string
  /** Whether an old row `r` may go: an SQL condition, in which $1 is the moment before which history goes. */
  over: string
}

export interface HistoryParts {
  db: Database
  clock: Clock
  log: Log
  tables: HistoryTable[]
  /** For how many days history is kept. */
  days: number
}

/** Lets history go every night (01:30 UTC). */
export function scheduleHistory(jobs: Jobs, parts: HistoryParts): void {
  jobs.schedule('prune-history', '30 1 * * *', 'UTC', (_data, signal) => pruneHistory(parts, signal))
}

/** Rows that one statement looks at, so that none locks much or lasts long. */
const sliceSize = 5000

/** Deletes old rows of each table, slice by slice. When the signal says so it stops between two slices, by throwing. */
export async function pruneHistory({ db, clock, log, tables, days }: HistoryParts, signal: AbortSignal): Promise<void> {
  const before = new Date(clock.now().getTime() - days * 24 * 60 * 60 * 1000)
  for (const each of tables) {
    const deleted = await pruneTable(db, each, before, signal)
    if (deleted === 0) continue
    // Nobody else makes the place of deleted rows free again there.
    if (db.kind === 'embedded') await db.query(`vacuum ${each.table}`)
    log.info({ table: each.table, deleted, before }, 'Old history was deleted.')
  }
}

async function pruneTable(db: Database, table: HistoryTable, before: Date, signal: AbortSignal): Promise<number> {
  let total = 0
  let after = 0
  for (;;) {
    signal.throwIfAborted()
    const { deleted, last, old } = await pruneSlice(db, table, before, after)
    total += deleted
    if (!old) return total
    after = last
  }
}

interface Slice {
  deleted: number
  /** The number of the last row that was looked at. */
  last: number
  /** Whether any row was old; behind a slice without one there are none. */
  old: boolean
}

async function pruneSlice(
  db: Database,
  { table, made, over }: HistoryTable,
  before: Date,
  after: number,
): Promise<Slice> {
  const [slice] = await db.query<Slice>(
    `with slice as (
       select id, ${made} < $1::timestamptz as old from ${table} where id > $2::bigint order by id limit ${sliceSize}),
     gone as (delete from ${table} r using slice s where r.id = s.id and s.old and ${over} returning r.id)
     select (select count(*) from gone) as deleted, coalesce(max(id), 0) as last, coalesce(bool_or(old), false) as old from slice`,
    [before.toISOString(), after],
  )
  return slice!
}
