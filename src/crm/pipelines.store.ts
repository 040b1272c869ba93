import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm'
import type { Queryable, Tx } from '../platform/database/database.ts'
import { makePage, type Page, type PageRequest, readPage } from '../platform/paging.ts'
import { deals, pipelines, spots, stages } from './crm.table.ts'
import type { DealPlace } from './deal.ts'

/** A point of sale. */
export type Spot = typeof spots.$inferSelect
/** The funnel of a spot. */
export type Pipeline = typeof pipelines.$inferSelect
/** A step of a funnel. */
export type Stage = typeof stages.$inferSelect

/** A funnel with its steps in order. */
export interface PipelineWithStages extends Pipeline {
  stages: Stage[]
}

/** The project's spots, the oldest first. */
export async function listSpots(db: Queryable, projectId: number, filter: PageRequest): Promise<Page<Spot>> {
  const { after, limit } = readPage(filter)
  const rows = await db.orm
    .select()
    .from(spots)
    .where(and(eq(spots.projectId, projectId), after === undefined ? undefined : gt(spots.id, after)))
    .orderBy(asc(spots.id))
    .limit(limit + 1)
  return makePage(rows, limit, (spot) => spot.id)
}

export async function readSpots(db: Queryable, projectId: number): Promise<Spot[]> {
  return db.orm.select().from(spots).where(eq(spots.projectId, projectId)).orderBy(asc(spots.id))
}

export async function findSpot(db: Queryable, projectId: number, id: number): Promise<Spot | undefined> {
  const [spot] = await db.orm
    .select()
    .from(spots)
    .where(and(eq(spots.id, id), eq(spots.projectId, projectId)))
  return spot
}

/** Undefined when the name is taken. */
export async function insertSpot(tx: Tx, row: typeof spots.$inferInsert): Promise<Spot | undefined> {
  const [spot] = await tx.orm.insert(spots).values(row).onConflictDoNothing().returning()
  return spot
}

export async function renameSpot(tx: Tx, id: number, name: string): Promise<Spot> {
  const [spot] = await tx.orm.update(spots).set({ name }).where(eq(spots.id, id)).returning()
  return spot!
}

export async function deleteSpotRow(tx: Tx, id: number): Promise<void> {
  await tx.orm.delete(spots).where(eq(spots.id, id))
}

/** The project's funnels with their steps, the oldest first; those of one spot when it is named. */
export async function listPipelines(
  db: Queryable,
  projectId: number,
  filter: PageRequest & { spotId?: number },
): Promise<Page<PipelineWithStages>> {
  const { after, limit } = readPage(filter)
  const rows = await db.orm
    .select()
    .from(pipelines)
    .where(
      and(
        eq(pipelines.projectId, projectId),
        filter.spotId === undefined ? undefined : eq(pipelines.spotId, filter.spotId),
        after === undefined ? undefined : gt(pipelines.id, after),
      ),
    )
    .orderBy(asc(pipelines.id))
    .limit(limit + 1)
  const page = makePage(rows, limit, (pipeline) => pipeline.id)
  return { ...page, items: await withStages(db, page.items) }
}

/** All funnels of the project with their steps, the oldest first. */
export async function readPipelines(db: Queryable, projectId: number): Promise<PipelineWithStages[]> {
  const rows = await db.orm
    .select()
    .from(pipelines)
    .where(eq(pipelines.projectId, projectId))
    .orderBy(asc(pipelines.id))
  return withStages(db, rows)
}

export async function findPipeline(
  db: Queryable,
  projectId: number,
  id: number,
): Promise<PipelineWithStages | undefined> {
  const rows = await db.orm
    .select()
    .from(pipelines)
    .where(and(eq(pipelines.id, id), eq(pipelines.projectId, projectId)))
  return (await withStages(db, rows))[0]
}

/** Keeps the funnel and its steps from being changed by others until the transaction ends. */
export async function lockPipeline(tx: Tx, id: number): Promise<void> {
  await tx.orm.select({ id: pipelines.id }).from(pipelines).where(eq(pipelines.id, id)).for('update')
}

/** Undefined when the spot has a funnel of that name. */
export async function insertPipeline(tx: Tx, row: typeof pipelines.$inferInsert): Promise<Pipeline | undefined> {
  const [pipeline] = await tx.orm.insert(pipelines).values(row).onConflictDoNothing().returning()
  return pipeline
}

export async function renamePipeline(tx: Tx, id: number, name: string): Promise<void> {
  await tx.orm.update(pipelines).set({ name }).where(eq(pipelines.id, id))
}

export async function deletePipelineRow(tx: Tx, id: number): Promise<void> {
  await tx.orm.delete(pipelines).where(eq(pipelines.id, id))
}

export async function insertStages(tx: Tx, rows: (typeof stages.$inferInsert)[]): Promise<Stage[]> {
  return tx.orm.insert(stages).values(rows).returning()
}

export async function updateStageRow(
  tx: Tx,
  id: number,
  fields: Partial<Pick<Stage, 'name' | 'color' | 'position'>>,
): Promise<Stage> {
  const [stage] = await tx.orm.update(stages).set(fields).where(eq(stages.id, id)).returning()
  return stage!
}

export async function findStage(db: Queryable, projectId: number, id: number): Promise<Stage | undefined> {
  const [stage] = await db.orm
    .select()
    .from(stages)
    .where(and(eq(stages.id, id), eq(stages.projectId, projectId)))
  return stage
}

/** Where a stage stands, by number and name. */
export async function findStagePlace(
  db: Queryable,
  projectId: number,
  stageId: number,
): Promise<DealPlace | undefined> {
  const [row] = await db.orm
    .select({
      spot: { id: spots.id, name: spots.name },
      pipeline: { id: pipelines.id, name: pipelines.name },
      stage: { id: stages.id, name: stages.name, type: stages.type },
    })
    .from(stages)
    .innerJoin(pipelines, eq(pipelines.id, stages.pipelineId))
    .innerJoin(spots, eq(spots.id, pipelines.spotId))
    .where(and(eq(stages.id, stageId), eq(stages.projectId, projectId)))
  return row
}

/** Keeps deals from entering or leaving these stages until the transaction ends; waits for those that do just now. */
export async function lockStages(
  tx: Tx,
  where: { stageId: number } | { pipelineId: number } | { spotId: number },
): Promise<void> {
  const condition =
    'stageId' in where
      ? eq(stages.id, where.stageId)
      : 'pipelineId' in where
        ? eq(stages.pipelineId, where.pipelineId)
        : sql`${stages.pipelineId} in (select id from pipelines where spot_id = ${where.spotId})`
  await tx.orm.select({ id: stages.id }).from(stages).where(condition).orderBy(asc(stages.id)).for('update')
}

export async function deleteStageRow(tx: Tx, id: number): Promise<void> {
  await tx.orm.delete(stages).where(eq(stages.id, id))
}

/** How many deals stand in a stage, a pipeline or a spot. */
export async function countDeals(
  db: Queryable,
  where: { stageId: number } | { pipelineId: number } | { spotId: number },
): Promise<number> {
  const condition =
    'stageId' in where
      ? eq(deals.stageId, where.stageId)
      : 'pipelineId' in where
        ? eq(deals.pipelineId, where.pipelineId)
        : sql`${deals.pipelineId} in (select id from pipelines where spot_id = ${where.spotId})`
  return db.orm.$count(deals, condition)
}

async function withStages(db: Queryable, found: Pipeline[]): Promise<PipelineWithStages[]> {
  if (found.length === 0) return []
  const ids = found.map((pipeline) => pipeline.id)
  const rows = await db.orm
    .select()
    .from(stages)
    .where(inArray(stages.pipelineId, ids))
    .orderBy(asc(stages.position), asc(stages.id))
  const byPipeline = Map.groupBy(rows, (stage) => stage.pipelineId)
  return found.map((pipeline) => ({ ...pipeline, stages: byPipeline.get(pipeline.id) ?? [] }))
}
