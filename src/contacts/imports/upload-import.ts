import type { Database } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { storable } from '../../platform/storable.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { type ContactImport, progressOf } from './import.ts'
import { deleteImportRow, insertImport, insertImportRows, updateImportRow } from './imports.store.ts'
import { detectDelimiter, readRecords } from './read-csv.ts'
import { spoolUpload } from './spool-upload.ts'

/** Rows that are stored at once while a file is read. */
const portion = 500
const mostRows = 500_000
const mostColumns = 200

/**
 * Takes a CSV file as it comes and keeps its rows; nothing becomes of them until the import is started. Encoding and
 * delimiter are recognised, the first row is the head. No more than a part of the file is in memory at any time. Throws
 * `too_large`, and `invalid` for what cannot be read as CSV.
 */
export async function uploadImport(
  db: Database,
  context: WorkContext,
  input: { fileName: string; body: AsyncIterable<Uint8Array> },
): Promise<ContactImport> {
  const file = await spoolUpload(input.body)
  try {
    const { delimiter, toldBySep } = await detectDelimiter(file)
    const records = readRecords(file, delimiter, toldBySep ? 1 : 0)
    const head = await records.next()
    const columns = readHead(head.done ? [] : head.value)
    const begun = await db.transaction((tx) =>
      insertImport(tx, {
        projectId: context.projectId,
        operatorId: context.by.kind === 'operator' ? context.by.id : null,
        fileName: String(storable(input.fileName)).slice(0, 200),
        encoding: file.encoding,
        delimiter,
        columns,
        rows: 0,
        status: 'reading',
        createdAt: context.now,
      }),
    )
    try {
      const rows = await storeRows(db, begun.id, records)
      return await db.transaction(async (tx) => {
        const ready = await updateImportRow(tx, begun.id, { rows, status: 'ready' })
        await recordWork(tx, context, 'import.uploaded', {}, progressOf(ready))
        return ready
      })
    } catch (error) {
      await deleteImportRow(db, begun.id)
      throw error
    }
  } finally {
    await file.drop()
  }
}

async function storeRows(db: Database, importId: number, records: AsyncIterable<string[]>): Promise<number> {
  let waiting: { number: number; cells: string[] }[] = []
  let number = 0
  let rows = 0
  for await (const cells of records) {
    number++
    // A blank line is counted, so that the numbers are those that a spreadsheet shows, but for the head.
    if (cells.every((cell) => cell.trim() === '')) continue
    if (++rows > mostRows)
      throw new AppError('too_large', `The file has more than ${mostRows} rows; split it, and import the parts.`)
    waiting.push({ number, cells })
    if (waiting.length < portion) continue
    await insertImportRows(db, importId, waiting)
    waiting = []
  }
  if (waiting.length > 0) await insertImportRows(db, importId, waiting)
  if (rows === 0) throw new AppError('invalid', 'The file has no row below its head; expected at least one.')
  return rows
}

function readHead(record: string[]): string[] {
  const columns = record.map((cell) => cell.trim().slice(0, 200))
  while (columns.at(-1) === '') columns.pop()
  if (columns.length === 0) throw new AppError('invalid', 'The first row is empty; expected the names of the columns.')
  if (columns.length > mostColumns)
    throw new AppError('invalid', `The file has ${columns.length} columns; expected at most ${mostColumns}.`)
  return columns
}
