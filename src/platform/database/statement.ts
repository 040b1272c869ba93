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
    params: [JSON.stringify(rows.map((row) => withoutNulls(row as Record<string, unknown>)))],
  }
}

/** Half of the columns of a typical row are null: left out they need not be written, sent and read. */
function withoutNulls(row: Record<string, unknown>): object {
  const kept: Record<string, unknown> = {}
  for (const column in row) if (row[column] !== null && row[column] !== undefined) kept[column] = row[column]
  return kept
}

/** Runs independent data-modifying statements as one: they see the same snapshot and cost one round trip. */
export async function runTogether(tx: Tx, statements: readonly (Statement | undefined)[]): Promise<void> {
  const present = statements.filter((statement) => statement !== undefined)
  if (present.length === 0) return
  const params: unknown[] = []
  const parts = present.map((statement, index) => {
    const text = renumbered(statement.text, params.length)
    params.push(...statement.params)
    return `part_${index} as (${text})`
  })
  await tx.query(`with ${parts.join(', ')} select 1`, params)
}

/** The same texts come with every batch. */
const renumberedTexts = new Map<string, string[]>()

/** A statement whose parameters are counted from `offset`. */
function renumbered(text: string, offset: number): string {
  let texts = renumberedTexts.get(text)
  if (!texts) {
    texts = []
    renumberedTexts.set(text, texts)
  }
  texts[offset] ??= text.replace(/\$(\d+)/g, (_, number) => `$${Number(number) + offset}`)
  return texts[offset]
}
