import type { Queryable, Tx } from '../../platform/database/database.ts'
import type { Merging, Unmerging } from './merge.ts'

/** What was moved of a table whose rows are numbered and belong to a contact. */
export interface MovedRows {
  ids: number[]
  /** The highest number that a row of either contact had: what came after the merge has a higher one. */
  last: number
}

/** Gives all rows of the second contact to the survivor. */
export async function moveRows(tx: Tx, table: string, { survivorId, secondId }: Merging): Promise<MovedRows> {
  const [row] = await tx.query<{ ids: number[] | null }>(
    `with moved as (update ${table} set contact_id = $1 where contact_id = $2 returning id)
     select json_agg(id) as ids from moved`,
    [survivorId, secondId],
  )
  const [all] = await tx.query<{ last: number | string }>(
    `select coalesce(max(id), 0) as last from ${table} where contact_id = $1`,
    [survivorId],
  )
  return { ids: row?.ids ?? [], last: Number(all!.last) }
}

/**
 * Which of the survivor's rows go back: those that were moved, and later ones in which one of the columns `hangs` names a row
 * that goes back. Counts the later ones that stay, too.
 */
export async function planRows(
  db: Queryable,
  table: string,
  { survivorId }: Unmerging,
  moved: MovedRows,
  hangs: Record<string, readonly number[] | undefined>,
): Promise<{ ids: number[]; stays: number }> {
  const columns = Object.keys(hangs).map((column, index) => `r.${column} in (${numbers(`$${index + 4}`)})`)
  const [row] = await db.query<{ ids: number[] | null; stays: number | string }>(
    `select json_agg(id order by id) filter (where goes) as ids, count(*) filter (where not goes and id > $3) as stays
       from (select r.id, r.id in (${numbers('$2')})
                      or r.id > $3 and coalesce(${['false', ...columns].join(' or ')}, false) as goes
               from ${table} r where r.contact_id = $1) as rows`,
    [
      survivorId,
      JSON.stringify(moved.ids),
      moved.last,
      ...Object.values(hangs).map((ids) => JSON.stringify(ids ?? [])),
    ],
  )
  return { ids: row?.ids ?? [], stays: Number(row?.stays ?? 0) }
}

/** The numbers in a JSON array, as the rows of a subquery. */
export function numbers(parameter: string): string {
  return `select n::bigint from json_array_elements_text(${parameter}::text::json) as n`
}

/** Gives rows back to the second contact. */
export async function returnRows(
  tx: Tx,
  table: string,
  { survivorId, secondId }: Unmerging,
  ids: readonly number[],
): Promise<void> {
  if (ids.length === 0) return
  await tx.query(
    `update ${table} set contact_id = $2 where contact_id = $1
        and id in (${numbers('$3')})`,
    [survivorId, secondId, JSON.stringify(ids)],
  )
}

/** How many rows of a table belong to a contact. */
export async function countRows(db: Queryable, table: string, contactId: number): Promise<number> {
  const [row] = await db.query<{ count: number | string }>(
    `select count(*) as count from ${table} where contact_id = $1`,
    [contactId],
  )
  return Number(row!.count)
}
