import { and, asc, desc, eq, gt, inArray, lt, sql } from 'drizzle-orm'
import type { Database, Queryable, Tx } from '../../platform/database/database.ts'
import { insertRows, runTogether } from '../../platform/database/statement.ts'
import type { HistoryTable } from '../../platform/history/prune-history.ts'
import { makePage, type Page, type PageRequest, readPage } from '../../platform/paging.ts'
import type { ContactImport, ImportRow } from './import.ts'
import type { RowOutcome } from './imports.table.ts'
import { contactImportKeys, contactImportRows, contactImports } from './imports.table.ts'

export async function insertImport(tx: Tx, row: typeof contactImports.$inferInsert): Promise<ContactImport> {
  const [made] = await tx.orm.insert(contactImports).values(row).returning()
  return made!
}

export async function updateImportRow(
  db: Queryable,
  id: number,
  fields: Partial<ContactImport>,
): Promise<ContactImport> {
  const [row] = await db.orm.update(contactImports).set(fields).where(eq(contactImports.id, id)).returning()
  return row!
}

/** The project's import of that number; one that is still being read is not there yet. */
export async function findImport(db: Queryable, projectId: number, id: number): Promise<ContactImport | undefined> {
  const [row] = await db.orm.select().from(contactImports).where(ofProject(projectId, id))
  return row
}

/** The same, its row locked until the transaction ends: no batch of it is being worked on. */
export async function lockImport(tx: Tx, projectId: number, id: number): Promise<ContactImport | undefined> {
  const [row] = await tx.orm.select().from(contactImports).where(ofProject(projectId, id)).for('update')
  return row
}

/** The project's imports, the newest first. */
export async function listImports(db: Queryable, projectId: number, page: PageRequest): Promise<Page<ContactImport>> {
  const { after, limit } = readPage(page)
  const rows = await db.orm
    .select()
    .from(contactImports)
    .where(
      and(
        eq(contactImports.projectId, projectId),
        sql`${contactImports.status} <> 'reading'`,
        after === undefined ? undefined : lt(contactImports.id, after),
      ),
    )
    .orderBy(desc(contactImports.id))
    .limit(limit + 1)
  return makePage(rows, limit, (row) => row.id)
}

export async function deleteImportRow(db: Queryable, id: number): Promise<void> {
  await db.orm.delete(contactImports).where(eq(contactImports.id, id))
}

/** Forgets whom the rows spoke of: a new passage begins. */
export async function deleteKeys(tx: Tx, importId: number): Promise<void> {
  await tx.orm.delete(contactImportKeys).where(eq(contactImportKeys.importId, importId))
}

/** Stores rows of a file that is being read. */
export async function insertImportRows(
  db: Database,
  importId: number,
  rows: { number: number; cells: string[] }[],
): Promise<void> {
  await db.transaction((tx) =>
    runTogether(tx, [
      insertRows(
        'contact_import_rows',
        ['import_id', 'number', 'cells'],
        rows.map((row) => ({ import_id: importId, ...row })),
      ),
    ]),
  )
}

/** Rows behind a number, in their order; `upTo` and `outcome` narrow them. */
export async function readImportRows(
  db: Queryable,
  filter: { importId: number; after: number; limit: number; upTo?: number; outcome?: RowOutcome },
): Promise<ImportRow[]> {
  return db.orm
    .select()
    .from(contactImportRows)
    .where(
      and(
        eq(contactImportRows.importId, filter.importId),
        gt(contactImportRows.number, filter.after),
        filter.upTo === undefined ? undefined : sql`${contactImportRows.number} <= ${filter.upTo}`,
        filter.outcome === undefined ? undefined : eq(contactImportRows.outcome, filter.outcome),
      ),
    )
    .orderBy(asc(contactImportRows.number))
    .limit(filter.limit)
}

/** The import that is worked on next, its row locked; others work on those that are locked already. */
export async function takeImport(tx: Tx): Promise<ContactImport | undefined> {
  const [row] = await tx.orm
    .select()
    .from(contactImports)
    .where(inArray(contactImports.status, ['checking', 'running']))
    // By chance, so that a small import does not wait for the end of a large one.
    .orderBy(sql`random()`)
    .limit(1)
    .for('update', { skipLocked: true })
  return row
}

/** Refuses the row behind `after`, unless another process has done it meanwhile. */
export async function refuseRow(tx: Tx, importId: number, after: number, reason: string): Promise<void> {
  await tx.query(
    `with next as (
       select r.number from contact_import_rows r join contact_imports i on i.id = r.import_id
        where i.id = $1 and i.done = $2::int and r.number > $2::int order by r.number limit 1),
     marked as (
       update contact_import_rows r set outcome = 'refused', reason = $3, contact_id = null from next
        where r.import_id = $1 and r.number = next.number)
     update contact_imports i set done = next.number, refused = i.refused + 1 from next where i.id = $1`,
    [importId, after, reason.slice(0, 1000)],
  )
}

/** Files with their rows and reports. */
export const importHistory: HistoryTable = {
  table: 'contact_imports',
  made: 'created_at',
  over: `r.status not in ('checking', 'running')`,
}

const ofProject = (projectId: number, id: number) =>
  and(eq(contactImports.id, id), eq(contactImports.projectId, projectId), sql`${contactImports.status} <> 'reading'`)
