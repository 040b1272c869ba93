import { and, asc, desc, eq, ilike, inArray, lt, or, sql } from 'drizzle-orm'
import type { Queryable, Tx } from '../platform/database/database.ts'
import { makePage, type Page, type PageRequest, readPage } from '../platform/paging.ts'
import { type DealStatus, dealMoves, deals, pipelines, spots, stages } from './crm.table.ts'
import type { Deal, DealPlace } from './deal.ts'

/** A deal with the names of where it stands. */
export interface PlacedDeal {
  deal: Deal
  place: DealPlace
}

/** When a deal entered a stage. */
export type DealMove = typeof dealMoves.$inferSelect

const placed = {
  deal: deals,
  spot: { id: spots.id, name: spots.name },
  pipeline: { id: pipelines.id, name: pipelines.name },
  stage: { id: stages.id, name: stages.name, type: stages.type },
}

const selectPlaced = (db: Queryable) =>
  db.orm
    .select(placed)
    .from(deals)
    .innerJoin(stages, eq(stages.id, deals.stageId))
    .innerJoin(pipelines, eq(pipelines.id, deals.pipelineId))
    .innerJoin(spots, eq(spots.id, pipelines.spotId))

type PlacedRow = DealPlace & { deal: Deal }
const readPlaced = ({ deal, spot, pipeline, stage }: PlacedRow): PlacedDeal => ({
  deal,
  place: { spot, pipeline, stage },
})

export async function findDeal(db: Queryable, projectId: number, id: number): Promise<PlacedDeal | undefined> {
  const [row] = await selectPlaced(db).where(and(eq(deals.id, id), eq(deals.projectId, projectId)))
  return row && readPlaced(row)
}

/** The deal, its row locked until the transaction ends. */
export async function lockDeal(tx: Tx, projectId: number, id: number): Promise<PlacedDeal | undefined> {
  await tx.orm.select({ id: deals.id }).from(deals).where(eq(deals.id, id)).for('update')
  return findDeal(tx, projectId, id)
}

export async function findDeals(db: Queryable, ids: number[]): Promise<PlacedDeal[]> {
  return ids.length === 0 ? [] : (await selectPlaced(db).where(inArray(deals.id, ids))).map(readPlaced)
}

/** What narrows a list of deals. */
export interface DealFilter extends PageRequest {
  contactId?: number
  pipelineId?: number
  stageId?: number
  status?: DealStatus
  /** A part of the name, or the number. */
  search?: string
}

/** The project's deals, the newest first. */
export async function listDeals(db: Queryable, projectId: number, filter: DealFilter): Promise<Page<PlacedDeal>> {
  const { after, limit } = readPage(filter)
  const search = filter.search?.trim()
  const rows = await selectPlaced(db)
    .where(
      and(
        eq(deals.projectId, projectId),
        after === undefined ? undefined : lt(deals.id, after),
        filter.contactId === undefined ? undefined : eq(deals.contactId, filter.contactId),
        filter.pipelineId === undefined ? undefined : eq(deals.pipelineId, filter.pipelineId),
        filter.stageId === undefined ? undefined : eq(deals.stageId, filter.stageId),
        filter.status === undefined ? undefined : eq(deals.status, filter.status),
        search ? matches(search) : undefined,
      ),
    )
    .orderBy(desc(deals.id))
    .limit(limit + 1)
  return makePage(rows.map(readPlaced), limit, ({ deal }) => deal.id)
}

function matches(search: string) {
  const name = ilike(deals.name, `%${search.replace(/[\\%_]/g, '\\$&')}%`)
  const number = /^#?(\d{1,9})$/.exec(search)?.[1]
  return number ? or(name, eq(deals.number, Number(number))) : name
}

/** The project's next deal number; others who ask wait until the transaction ends. */
export async function nextDealNumber(tx: Tx, projectId: number): Promise<number> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('deal number ' || $1::text, 0))`, [String(projectId)])
  const [row] = await tx.query<{ number: number }>(
    'select coalesce(max(number), 0) + 1 as number from deals where project_id = $1',
    [projectId],
  )
  return Number(row!.number)
}

export async function insertDeal(tx: Tx, row: typeof deals.$inferInsert): Promise<Deal> {
  const [deal] = await tx.orm.insert(deals).values(row).returning()
  return deal!
}

/** Changes a deal and makes its version grow. */
export async function updateDealRow(tx: Tx, id: number, fields: Partial<Deal>): Promise<Deal> {
  const [deal] = await tx.orm
    .update(deals)
    .set({ ...fields, version: sql`${deals.version} + 1` })
    .where(eq(deals.id, id))
    .returning()
  return deal!
}

export async function insertMove(tx: Tx, row: typeof dealMoves.$inferInsert): Promise<void> {
  await tx.orm.insert(dealMoves).values(row)
}

/** The stages a deal went through, in order. */
export async function readMoves(db: Queryable, dealId: number): Promise<DealMove[]> {
  return db.orm.select().from(dealMoves).where(eq(dealMoves.dealId, dealId)).orderBy(asc(dealMoves.id))
}

/** How many deals stand in each stage of a pipeline and what they are worth, by currency. */
export async function sumDeals(
  db: Queryable,
  pipelineId: number,
): Promise<{ stageId: number; currency: string | null; count: number; budget: number }[]> {
  const rows = await db.query<{ stage_id: number; currency: string | null; count: number; budget: string }>(
    `select stage_id, currency, count(*)::int as count, coalesce(sum(budget), 0)::text as budget
       from deals where pipeline_id = $1 group by stage_id, currency order by stage_id, currency nulls last`,
    [pipelineId],
  )
  return rows.map((row) => ({
    stageId: row.stage_id,
    currency: row.currency,
    count: row.count,
    budget: Number(row.budget),
  }))
}
