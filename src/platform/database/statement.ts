import type { Tx } from './database.ts'

/** One data-modifying SQL statement, ready to run. */
export interface Statement {
  text: string
  params: unknown[]
  /** What it can give of the rows that it writes, and under which name. */
  gives?: { name: string; returning: string }
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

/** Rows that statements gave, by the statement's name for them. */
export type GivenRows = Record<string, object[] | null | undefined>

/**
 * Runs independent data-modifying statements as one: they see the same snapshot and cost one round trip. With `giveRows` it gives
 * what they have to give of the rows that they write, by its name.
 */
export async function runTogether(
  tx: Tx,
  statements: readonly (Statement | undefined)[],
  giveRows = false,
): Promise<GivenRows> {
  const present = statements.filter((statement) => statement !== undefined)
  if (present.length === 0) return {}
  const params: unknown[] = []
  const parts = present.map((statement, index) => {
    const text = renumbered(statement.text, params.length)
    params.push(...statement.params)
    const returning = giveRows && statement.gives ? ` returning ${statement.gives.returning}` : ''
    return `part_${index} as (${text}${returning})`
  })
  const given = present.flatMap(({ gives }, index) =>
    giveRows && gives ? [`(select json_agg(part_${index}) from part_${index}) as ${gives.name}`] : [],
  )
  const [row] = await tx.query<GivenRows>(`with ${parts.join(', ')} select ${given.join(', ') || '1'}`, params)
  return row!
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
