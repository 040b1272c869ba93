import { Readable } from 'node:stream'
import type { Database, Queryable } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { makePage, readPage } from '../../platform/paging.ts'
import { type Route, route } from '../../team/route.ts'
import { readAttributes } from '../attributes.store.ts'
import { cancelImport } from './cancel-import.ts'
import { deleteImport } from './delete-import.ts'
import { getImport } from './get-import.ts'
import { guessTargets } from './guess-targets.ts'
import { type ContactImport, progressOf } from './import.ts'
import * as calls from './imports.schemas.ts'
import { listImports, readImportRows } from './imports.store.ts'
import { startImport } from './start-import.ts'
import { usualFinders } from './target.ts'
import { uploadImport } from './upload-import.ts'
import { writeReport } from './write-report.ts'

/** The calls about files of contacts and what becomes of their rows. */
export function importsRoutes({ db }: { db: Database }): Route[] {
  return [
    route(calls.postImport, async ({ context, query, request }) =>
      show(db, await uploadImport(db, context, { fileName: query.fileName, body: fileIn(request) })),
    ),
    route(calls.getImports, async ({ context, query }) => {
      const { items, nextCursor } = await listImports(db, context.projectId, query)
      return { items: await Promise.all(items.map((item) => show(db, item))), nextCursor }
    }),
    route(calls.getImportById, async ({ context, params }) =>
      show(db, await getImport(db, context.projectId, params.id)),
    ),
    route(calls.postStart, async ({ context, params, body }) =>
      show(db, await db.transaction((tx) => startImport(tx, context, { importId: params.id, ...body }))),
    ),
    route(calls.postCancel, async ({ context, params }) =>
      show(db, await db.transaction((tx) => cancelImport(tx, context, { importId: params.id }))),
    ),
    route(calls.removeImport, ({ context, params }) =>
      db.transaction((tx) => deleteImport(tx, context, { importId: params.id })),
    ),
    route(calls.getImportRows, async ({ context, params, query }) => {
      const { id: importId, done: upTo } = await getImport(db, context.projectId, params.id)
      const { after = 0, limit } = readPage(query)
      const filter = { importId, after, limit: limit + 1, upTo, outcome: query.outcome }
      const page = makePage(await readImportRows(db, filter), limit, (row) => row.number)
      return { ...page, items: page.items.map((row) => ({ ...row, outcome: row.outcome! })) }
    }),
    route(calls.getReport, async ({ context, params, query }) => {
      const of = await getImport(db, context.projectId, params.id)
      const name = encodeURIComponent(`report of ${of.fileName.replace(/\.csv$/i, '')}.csv`)
      const body = Readable.toWeb(Readable.from(writeReport(db, of, query.outcome)).map((text) => Buffer.from(text)))
      return new Response(body as ReadableStream<Uint8Array>, {
        headers: {
          'content-type': 'text/csv; charset=utf-8',
          'content-disposition': `attachment; filename*=UTF-8''${name}`,
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
        },
      })
    }),
  ]
}

/** The rows of a sample, and the cells of a column that are shown of it. */
const sampleRows = 10
const samples = 3

async function show(db: Queryable, row: ContactImport) {
  const sample = await readImportRows(db, { importId: row.id, after: 0, limit: sampleRows })
  const targets = row.settings?.targets ?? guessTargets(row.columns, await readAttributes(db, row.projectId))
  return {
    ...row,
    ...progressOf(row),
    columns: row.columns.map((name, index) => ({
      name,
      target: targets[index] ?? null,
      samples: sample
        .map(({ cells }) => cells[index]?.trim() ?? '')
        .filter((cell) => cell !== '')
        .slice(0, samples),
    })),
    findBy: row.settings?.findBy ?? usualFinders(targets),
    mode: row.settings?.mode ?? null,
    labels: row.settings?.labels ?? [],
  }
}

function fileIn(request: Request): AsyncIterable<Uint8Array> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
  if (type === 'multipart/form-data' || type === 'application/json') {
    const message = `The body is ${type}; expected the bytes of the file itself, with the header Content-Type: text/csv.`
    throw new AppError('invalid', message)
  }
  if (!request.body) throw new AppError('invalid', 'The body is empty; expected the bytes of a CSV file.')
  return request.body
}
