import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { parse as parseAtOnce } from 'csv-parse/sync'
import { AppError } from '../../platform/errors.ts'
import { storable } from '../../platform/storable.ts'
import type { Encoding } from './spool-upload.ts'

/** Where a text stands and how it is written. */
export interface TextFile {
  path: string
  encoding: Encoding
}

const delimiters = [',', ';', '\t', '|']
/** What the delimiter is told by: so many characters of the text, and so many of its records. */
const sampleSize = 64 * 1024
const sampleRecords = 50
const options = {
  relax_column_count: true,
  relax_quotes: true,
  bom: true,
  max_record_size: 1_000_000,
} as const

/**
 * The delimiter of a CSV text: as its line `sep=;` says (some spreadsheets write it), else the one that parts most records
 * into as many cells as the first has; a comma when there is but one column.
 */
export async function detectDelimiter(file: TextFile): Promise<{ delimiter: string; toldBySep: boolean }> {
  const sample = await readSample(file)
  const [, told] = /^\ufeff?sep=(.)\r?\n/i.exec(sample) ?? []
  if (told) return { delimiter: told, toldBySep: true }
  const rated = delimiters.map((delimiter) => ({ delimiter, rating: rate(sample, delimiter) }))
  const best = rated.reduce((one, other) => (other.rating > one.rating ? other : one))
  return { delimiter: best.delimiter, toldBySep: false }
}

/** The records of a CSV file one after the other, as they are read; texts without what a database cannot keep. */
export async function* readRecords(file: TextFile, delimiter: string, skipLines: number): AsyncGenerator<string[]> {
  const parser = Readable.from(decoded(file)).compose(
    parse({ ...options, delimiter, ...(skipLines > 0 && { from_line: skipLines + 1 }) }),
  )
  try {
    for await (const record of parser) yield storable(record) as string[]
  } catch (error) {
    throw error instanceof CsvError ? unreadable(error) : error
  }
}

async function* decoded({ path, encoding }: TextFile): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding)
  for await (const chunk of createReadStream(path)) {
    const text = decoder.decode(chunk as Uint8Array, { stream: true })
    if (text !== '') yield text
  }
  const rest = decoder.decode()
  if (rest !== '') yield rest
}

async function readSample(file: TextFile): Promise<string> {
  let sample = ''
  for await (const text of decoded(file)) {
    sample += text
    // The last line may be cut off.
    if (sample.length >= sampleSize) return sample.slice(0, Math.max(sample.lastIndexOf('\n'), sampleSize / 2))
  }
  return sample
}

/** Above 0 when the delimiter parts the records, more the more evenly it does, and of equals the one with more cells. */
function rate(sample: string, delimiter: string): number {
  try {
    const records = parseAtOnce(sample, { ...options, delimiter, to: sampleRecords }) as string[][]
    const cells = records[0]?.length ?? 0
    if (cells < 2) return 0
    const even = records.filter((record) => record.length === cells).length / records.length
    return even + cells / 10_000
  } catch {
    return 0
  }
}

function unreadable(error: CsvError): AppError {
  const line = error.lines as number | undefined
  const where = line === undefined ? '' : ` at about line ${line}`
  const what =
    error.code === 'CSV_QUOTE_NOT_CLOSED'
      ? 'a quotation mark is opened and never closed'
      : error.code === 'CSV_MAX_RECORD_SIZE'
        ? 'a row is longer than 1,000,000 characters, perhaps because a quotation mark is never closed'
        : error.message
  return new AppError('invalid', `The file cannot be read as CSV${where}: ${what}.`, { cause: error })
}
