import { stringify } from 'csv-stringify/sync'
import type { Database } from '../../platform/database/database.ts'
import type { ContactImport } from './import.ts'
import { readImportRows } from './imports.store.ts'
import type { RowOutcome } from './imports.table.ts'

/** Rows that are read and written at once. */
const portion = 500

/**
 * The report of an import as a CSV file in UTF-8 with a byte order mark, as spreadsheets like it: the rows as they came,
 * those that are done in the present or last passage, with what became of each. Cells that a spreadsheet would take for a
 * formula get an apostrophe in front, which an import takes away again.
 */
export async function* writeReport(
  db: Database,
  of: ContactImport,
  outcome: RowOutcome | undefined,
): AsyncGenerator<string> {
  const options = { delimiter: of.delimiter, escape_formulas: true, record_delimiter: '\r\n' } as const
  yield `\ufeff${stringify([[...of.columns, 'Row', 'Result', 'Contact', 'Reason']], options)}`
  let after = 0
  for (;;) {
    const rows = await readImportRows(db, { importId: of.id, after, limit: portion, upTo: of.done, outcome })
    if (rows.length === 0) return
    const lines = rows.map(({ number, cells, outcome: result, contactId, reason }) => [
      ...of.columns.map((_, index) => cells[index] ?? ''),
      number,
      result,
      contactId ?? '',
      reason ?? '',
    ])
    yield stringify(lines, options)
    after = rows.at(-1)!.number
  }
}
