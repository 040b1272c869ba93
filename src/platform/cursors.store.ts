import type { CursorPosition } from './changes.ts'
import type { Queryable, Tx } from './database/database.ts'

/** Makes the place of a new reader at the very beginning of the log; that of a known one stays. */
export async function ensureCursor(db: Queryable, name: string): Promise<void> {
  await db.query(
    `insert into cursors (name, xact, change_id, updated_at) values ($1, '0'::xid8, 0, now()) on conflict (name) do nothing`,
    [name],
  )
}

/**
 * A reader's place, locked until the transaction ends; undefined while another process has it locked. The transaction does not wait for
 * the disk: should the server die, the place and what was done are lost together, and the same changes come again.
 */
export async function lockCursor(tx: Tx, name: string): Promise<CursorPosition | undefined> {
  const [row] = await tx.query<{ xact: string; change_id: number }>(
    `select xact::text as xact, change_id, set_config('synchronous_commit', 'off', true)
       from cursors where name = $1 for update skip locked`,
    [name],
  )
  return row && { xact: row.xact, changeId: row.change_id }
}

export async function moveCursor(tx: Tx, name: string, position: CursorPosition): Promise<void> {
  await tx.query('update cursors set xact = $2::xid8, change_id = $3, updated_at = now() where name = $1', [
    name,
    position.xact,
    position.changeId,
  ])
}
