import type { Tx } from './database.ts'

/** One data-modifying SQL statement, ready to run. */
export interface Statement {
  text: string
  params: unknown[]
}

/**
 * Inserts rows given as objects with the columns' own (snake case) names, in one statement with one JSON parameter;
 * a column that an object lacks becomes null. Undefined when there is nothing to insert.
 */
export function insertRows(table: string, columns: readonly string[], rows: readonly object[]): Statement | undefined {
  if (rows.length === 0) return undefined
  const list = columns.join(', ')
  return {
    text: `insert into ${table} (${list}) select ${list} from json_populate_recordset(null::${table}, $1::text::json)`,
    params: [JSON.stringify(rows.map(withoutNulls))],
  }
}

/** Half of the columns of a typical row are null: left out they need not be written, sent and read. */
function withoutNulls(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== undefined))
}

/** Runs independent data-modifying statements as one: they see the same snapshot and cost one round trip. */
export async function runTogether(tx: Tx, statements: readonly (Statement | undefined)[]): Promise<void> {
  const present = statements.filter((statement) => statement !== undefined)
  if (present.length === 0) return
  const params: unknown[] = []
  const parts = present.map((statement, index) => {
    const offset = params.length
    params.push(...statement.params)
    return `part_${index} as (${statement.text.replace(/\$(\d+)/g, (_, number) => `$${Number(number) + offset}`)})`
  })
  await tx.query(`with ${parts.join(', ')} select 1`, params)
}
