import { and, asc, eq, gt } from 'drizzle-orm'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import { makePage, type Page, type PageRequest, readPage } from '../../platform/paging.ts'
import { segments } from './segments.table.ts'

/** A filter of contacts that was given a name. */
export type Segment = typeof segments.$inferSelect

/** The project's segments, the oldest first. */
export async function listSegments(db: Queryable, projectId: number, request: PageRequest): Promise<Page<Segment>> {
  const { after, limit } = readPage(request)
  const rows = await db.orm
    .select()
    .from(segments)
    .where(and(eq(segments.projectId, projectId), after === undefined ? undefined : gt(segments.id, after)))
    .orderBy(asc(segments.id))
    .limit(limit + 1)
  return makePage(rows, limit, (segment) => segment.id)
}

export async function findSegment(db: Queryable, projectId: number, id: number): Promise<Segment | undefined> {
  const [row] = await db.orm.select().from(segments).where(ofProject(projectId, id))
  return row
}

/** The segment, its row locked until the transaction ends. */
export async function lockSegment(tx: Tx, projectId: number, id: number): Promise<Segment | undefined> {
  const [row] = await tx.orm.select().from(segments).where(ofProject(projectId, id)).for('update')
  return row
}

/** Undefined when the project has a segment of that name. */
export async function insertSegment(tx: Tx, row: typeof segments.$inferInsert): Promise<Segment | undefined> {
  const [segment] = await tx.orm.insert(segments).values(row).onConflictDoNothing().returning()
  return segment
}

/** Whether another segment of the project has that name. */
export async function isSegmentNameTaken(tx: Tx, projectId: number, name: string): Promise<boolean> {
  const rows = await tx.orm
    .select({ id: segments.id })
    .from(segments)
    .where(and(eq(segments.projectId, projectId), eq(segments.name, name)))
  return rows.length > 0
}

export async function updateSegmentRow(
  tx: Tx,
  id: number,
  fields: Pick<Segment, 'name' | 'filter' | 'updatedAt'>,
): Promise<Segment> {
  const [segment] = await tx.orm.update(segments).set(fields).where(eq(segments.id, id)).returning()
  return segment!
}

/** False when there was none. */
export async function deleteSegmentRow(tx: Tx, projectId: number, id: number): Promise<boolean> {
  const rows = await tx.orm.delete(segments).where(ofProject(projectId, id)).returning({ id: segments.id })
  return rows.length > 0
}

const ofProject = (projectId: number, id: number) => and(eq(segments.id, id), eq(segments.projectId, projectId))
