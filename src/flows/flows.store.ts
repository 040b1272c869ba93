import { and, asc, desc, eq, gt, lt } from 'drizzle-orm'
import type { Queryable, Tx } from '../platform/database/database.ts'
import { makePage, type Page, type PageRequest, readPage } from '../platform/paging.ts'
import type { FlowGraph } from './flow.ts'
import { flows, flowVersions } from './flows.table.ts'

/** A flow with its draft. */
export type Flow = typeof flows.$inferSelect
/** A published state of a flow. */
export type FlowVersion = typeof flowVersions.$inferSelect

/** A flow as it stands in a list, without its draft. */
export type FlowSummary = Omit<Flow, 'draft'> & {
  /** The number of the version that new runs begin on; null while the flow is not published. */
  liveVersion: number | null
}

/** The project's flows, the oldest first. */
export async function listFlows(db: Queryable, projectId: number, filter: PageRequest): Promise<Page<FlowSummary>> {
  const { after, limit } = readPage(filter)
  const rows = await db.orm
    .select({
      id: flows.id,
      projectId: flows.projectId,
      name: flows.name,
      revision: flows.revision,
      liveVersionId: flows.liveVersionId,
      createdAt: flows.createdAt,
      updatedAt: flows.updatedAt,
      liveVersion: flowVersions.number,
    })
    .from(flows)
    .leftJoin(flowVersions, eq(flowVersions.id, flows.liveVersionId))
    .where(and(eq(flows.projectId, projectId), after === undefined ? undefined : gt(flows.id, after)))
    .orderBy(asc(flows.id))
    .limit(limit + 1)
  return makePage(rows, limit, (flow) => flow.id)
}

export async function findFlow(db: Queryable, projectId: number, id: number): Promise<Flow | undefined> {
  const [flow] = await db.orm.select().from(flows).where(ofProject(projectId, id))
  return flow
}

export async function findFlowByName(db: Queryable, projectId: number, name: string): Promise<Flow | undefined> {
  const [flow] = await db.orm
    .select()
    .from(flows)
    .where(and(eq(flows.projectId, projectId), eq(flows.name, name)))
  return flow
}

/** The flow, its row locked until the transaction ends. */
export async function lockFlow(tx: Tx, projectId: number, id: number): Promise<Flow | undefined> {
  const [flow] = await tx.orm.select().from(flows).where(ofProject(projectId, id)).for('update')
  return flow
}

/** Undefined when the project has a flow of that name. */
export async function insertFlow(tx: Tx, row: typeof flows.$inferInsert): Promise<Flow | undefined> {
  const [flow] = await tx.orm.insert(flows).values(row).onConflictDoNothing().returning()
  return flow
}

export async function updateFlowRow(
  tx: Tx,
  id: number,
  fields: Partial<Pick<Flow, 'name' | 'draft' | 'revision' | 'liveVersionId' | 'updatedAt'>>,
): Promise<Flow> {
  const [flow] = await tx.orm.update(flows).set(fields).where(eq(flows.id, id)).returning()
  return flow!
}

export async function deleteFlowRow(tx: Tx, id: number): Promise<void> {
  await tx.orm.delete(flows).where(eq(flows.id, id))
}

/** The published states of a flow, the newest first. */
export async function listFlowVersions(
  db: Queryable,
  projectId: number,
  filter: PageRequest & { flowId: number },
): Promise<Page<Omit<FlowVersion, 'graph'>>> {
  const { after, limit } = readPage(filter)
  const rows = await db.orm
    .select({
      id: flowVersions.id,
      projectId: flowVersions.projectId,
      flowId: flowVersions.flowId,
      number: flowVersions.number,
      publishedAt: flowVersions.publishedAt,
    })
    .from(flowVersions)
    .where(
      and(
        eq(flowVersions.projectId, projectId),
        eq(flowVersions.flowId, filter.flowId),
        after === undefined ? undefined : lt(flowVersions.number, after),
      ),
    )
    .orderBy(desc(flowVersions.number))
    .limit(limit + 1)
  return makePage(rows, limit, (version) => version.number)
}

/** One published state of a flow, by its number. */
export async function findFlowVersion(
  db: Queryable,
  projectId: number,
  flowId: number,
  number: number,
): Promise<FlowVersion | undefined> {
  const [version] = await db.orm
    .select()
    .from(flowVersions)
    .where(and(eq(flowVersions.projectId, projectId), eq(flowVersions.flowId, flowId), eq(flowVersions.number, number)))
  return version
}

/** The newest published state of a flow. */
export async function findLastVersion(db: Queryable, flowId: number): Promise<FlowVersion | undefined> {
  const [version] = await db.orm
    .select()
    .from(flowVersions)
    .where(eq(flowVersions.flowId, flowId))
    .orderBy(desc(flowVersions.number))
    .limit(1)
  return version
}

export async function findVersionById(db: Queryable, id: number): Promise<FlowVersion | undefined> {
  const [version] = await db.orm.select().from(flowVersions).where(eq(flowVersions.id, id))
  return version
}

export async function insertFlowVersion(tx: Tx, row: typeof flowVersions.$inferInsert): Promise<FlowVersion> {
  const [version] = await tx.orm.insert(flowVersions).values(row).returning()
  return version!
}

/** What each of the project's flows holds: its draft, and what new runs begin on. */
export async function readGraphs(
  db: Queryable,
  projectId: number,
): Promise<{ name: string; draft: FlowGraph; live: FlowGraph | null }[]> {
  return db.orm
    .select({ name: flows.name, draft: flows.draft, live: flowVersions.graph })
    .from(flows)
    .leftJoin(flowVersions, eq(flowVersions.id, flows.liveVersionId))
    .where(eq(flows.projectId, projectId))
}

const ofProject = (projectId: number, id: number) => and(eq(flows.id, id), eq(flows.projectId, projectId))
