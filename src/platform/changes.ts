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
    `select id, xact::text as xact, project_id, kind, contact_id, conversation_id, deal_id, data,
            extract(epoch from at) * 1000 as at
       from changes
      where (xact, id) > ($1::xid8, $2::bigint) and xact < pg_snapshot_xmin(pg_current_snapshot())
      order by xact, id limit $3`,
    [after.xact, after.changeId, limit],
  )
  const last = rows.at(-1)
  return {
    changes: rows.map((row) => ({
      id: row.id,
      xact: row.xact,
      projectId: row.project_id,
      kind: row.kind,
      contactId: row.contact_id,
      conversationId: row.conversation_id,
      dealId: row.deal_id,
      data: row.data,
      at: new Date(Number(row.at)),
    })),
    position: last ? { xact: last.xact, changeId: last.id } : after,
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
