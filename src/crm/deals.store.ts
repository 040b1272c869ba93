import { and, asc, desc, eq, getTableColumns, ilike, inArray, lt, or, type SQL, sql } from 'drizzle-orm'
import type { Queryable, Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import { makePage, type Page, type PageRequest, readPage } from '../platform/paging.ts'
import { type DealStatus, dealMoves, deals, pipelines, spots, stages } from './crm.table.ts'
import type { Deal, DealPlace } from './deal.ts'

/** A deal with the names of where it stands. */
export interface PlacedDeal {
  deal: Deal
  place: DealPlace
}

/** When a deal entered a stage; the name is null when the stage was removed since. */
export type DealMove = typeof dealMoves.$inferSelect & { stage: string | null }

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
  responsibleId?: number
  /** The name of a variable that holds `value`. */
  variable?: string
  value?: string
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
        filter.contactId === undefined ? undefined : eq(deals.contactId, sql`surviving_contact(${filter.contactId})`),
        filter.pipelineId === undefined ? undefined : eq(deals.pipelineId, filter.pipelineId),
        filter.stageId === undefined ? undefined : eq(deals.stageId, filter.stageId),
        filter.status === undefined ? undefined : eq(deals.status, filter.status),
        filter.responsibleId === undefined ? undefined : eq(deals.responsibleId, filter.responsibleId),
        filter.variable === undefined ? undefined : hasVariable(filter.variable, filter.value ?? ''),
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

/**
 * Whether a deal's variable holds a value. A number and its text count as the same, as do yes/no and `true`, `false`:
 * forms and scripts write either.
 */
export function hasVariable(name: string, value: unknown): SQL | undefined {
  return or(
    ...spellings(value).map((spelling) => sql`${deals.variables} @> ${JSON.stringify({ [name]: spelling })}::jsonb`),
  )
}

function spellings(value: unknown): unknown[] {
  if (typeof value === 'number' || typeof value === 'boolean') return [value, String(value)]
  if (typeof value !== 'string') return [value]
  const text = value.trim()
  if (/^-?(0|[1-9]\d{0,14})(\.\d{1,10})?$/.test(text)) return [value, Number(text)]
  return /^(true|false)$/i.test(text) ? [value, text.toLowerCase() === 'true'] : [value]
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
  const [deal] = await inPlace(tx.orm.insert(deals).values(row).returning())
  return deal!
}

/** Changes a deal and makes its version grow. */
export async function updateDealRow(tx: Tx, id: number, fields: Partial<Deal>): Promise<Deal> {
  const [deal] = await inPlace(
    tx.orm
      .update(deals)
      .set({ ...fields, version: sql`${deals.version} + 1` })
      .where(eq(deals.id, id))
      .returning(),
  )
  return deal!
}

/** The database itself sees that the place is still there; another transaction may remove it until the moment of writing. */
async function inPlace<Result>(writing: PromiseLike<Result>): Promise<Result> {
  try {
    return await writing
  } catch (error) {
    if (!isMissingReference(error)) throw error
    throw new AppError(
      'conflict',
      'What the deal refers to was removed just now; look again, and choose another stage.',
      {
        cause: error,
      },
    )
  }
}

/** Foreign key violation (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
function isMissingReference(error: unknown): boolean {
  if (error === null || typeof error !== 'object') return false
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  return code === '23503' || isMissingReference(cause)
}

export async function deleteDealRow(tx: Tx, id: number): Promise<void> {
  await tx.orm.delete(deals).where(eq(deals.id, id))
}

/** Conversations of the contact that were about a deal are about none. */
export async function releaseConversations(tx: Tx, deal: Deal): Promise<void> {
  await tx.query('update conversations set deal_id = null where deal_id = $1 and (contact_id = $2 or id = $3)', [
    deal.id,
    deal.contactId,
    deal.conversationId,
  ])
}

export async function insertMove(tx: Tx, row: typeof dealMoves.$inferInsert): Promise<void> {
  await tx.orm.insert(dealMoves).values(row)
}

/** The stages a deal went through, in order. */
export async function readMoves(db: Queryable, dealId: number): Promise<DealMove[]> {
  return db.orm
    .select({ ...getTableColumns(dealMoves), stage: stages.name })
    .from(dealMoves)
    .leftJoin(stages, eq(stages.id, dealMoves.toStageId))
    .where(eq(dealMoves.dealId, dealId))
    .orderBy(asc(dealMoves.id))
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
