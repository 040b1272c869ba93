import { changes } from './changes.table.ts'
import type { Queryable, Tx } from './database/database.ts'

/** A fact about our own data: `deal.created`, `contact.label_added` … */
export interface Change {
  projectId: number
  kind: string
  contactId?: number | null
  conversationId?: number | null
  dealId?: number | null
  data: Record<string, unknown>
  at: Date
}

export interface RecordedChange extends Change {
  id: number
  /** The transaction that made it: with the number, its place in the log. */
  xact: string
}

/** Records a fact in the transaction that makes it. */
export async function recordChange(tx: Tx, change: Change): Promise<void> {
  await tx.orm.insert(changes).values(change)
}

/** A place in the log: everything up to it has been seen. */
export interface CursorPosition {
  xact: string
  changeId: number
}

/**
 * The changes behind a place, in the order of (transaction, id). Only transactions that are over are shown, and none
 * can appear behind the place any more (https://www.postgresql.org/docs/current/functions-info.html, pg_snapshot_xmin).
 */
export async function readChanges(
  db: Queryable,
  after: CursorPosition,
  limit: number,
): Promise<{ changes: RecordedChange[]; position: CursorPosition }> {
  const rows = await db.query<ChangeRow>(
    `select ${columns} from changes c where ${behind} order by c.xact, c.id limit $3`,
    [after.xact, after.changeId, limit],
  )
  const last = rows.at(-1)
  return {
    changes: rows.map(readRow),
    position: last ? { xact: last.xact, changeId: last.id } : after,
  }
}

/** A change of the project by its number. */
export async function readChange(db: Queryable, projectId: number, id: number): Promise<RecordedChange | undefined> {
  const rows = await db.query<ChangeRow>(`select ${columns} from changes c where c.id = $1 and c.project_id = $2`, [
    id,
    projectId,
  ])
  return rows.map(readRow)[0]
}

/** So many changes are passed over at once at most when only some kinds are looked for. */
const passedAtOnce = 5000

/**
 * The same for some kinds only. The place moves past the others without their leaving the database; `more` says that something behind
 * it was not looked at yet.
 */
export async function readChangesOfKinds(
  db: Queryable,
  after: CursorPosition,
  limit: number,
  kinds: readonly string[],
): Promise<{ changes: RecordedChange[]; position: CursorPosition; more: boolean }> {
  // The limits stand in the statement itself, so that the plan knows how few rows are looked up.
  const rows = await db.query<ChangeRow & { last_xact: string; last_id: number; seen: number }>(
    `with seen as (select c.id, c.xact, c.kind from changes c where ${behind} order by c.xact, c.id limit ${passedAtOnce}),
          last as (select xact, id, (select count(*)::int from seen) as seen from seen order by xact desc, id desc limit 1),
          wanted as (select id from seen where kind in (select json_array_elements_text($3::text::json)) order by xact, id limit ${limit})
     select ${columns}, l.xact::text as last_xact, l.id as last_id, l.seen
       from last l left join (wanted w join changes c on c.id = w.id) on true order by c.xact, c.id`,
    [after.xact, after.changeId, JSON.stringify(kinds)],
  )
  const [first] = rows
  if (!first) return { changes: [], position: after, more: false }
  const changes = rows.filter((row) => row.id !== null).map(readRow)
  const full = changes.length === limit ? changes.at(-1)! : undefined
  return {
    changes,
    position: full ? { xact: full.xact, changeId: full.id } : { xact: first.last_xact, changeId: first.last_id },
    more: full !== undefined || first.seen === passedAtOnce,
  }
}

const columns = `c.id, c.xact::text as xact, c.project_id, c.kind, c.contact_id, c.conversation_id, c.deal_id, c.data,
       extract(epoch from c.at) * 1000 as at`

const behind = `(c.xact, c.id) > ($1::xid8, $2::bigint) and c.xact < pg_snapshot_xmin(pg_current_snapshot())`

function readRow(row: ChangeRow): RecordedChange {
  return {
    id: row.id,
    xact: row.xact,
    projectId: row.project_id,
    kind: row.kind,
    contactId: row.contact_id,
    conversationId: row.conversation_id,
    dealId: row.deal_id,
    data: row.data,
    at: new Date(Number(row.at)),
  }
}

/** The place behind everything that is over by now: a reader that begins here sees what comes. */
export async function presentPosition(db: Queryable): Promise<CursorPosition> {
  const rows = await db.query<{ xact: string }>('select pg_snapshot_xmin(pg_current_snapshot())::text as xact')
  return { xact: rows[0]!.xact, changeId: 0 }
}

interface ChangeRow {
  id: number
  xact: string
  project_id: number
  kind: string
  contact_id: number | null
  conversation_id: number | null
  deal_id: number | null
  data: Record<string, unknown>
  at: number | string
}
