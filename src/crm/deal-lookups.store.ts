import { and, desc, eq, inArray, type SQL } from 'drizzle-orm'
import type { Queryable } from '../platform/database/database.ts'
import { type DealStatus, deals } from './crm.table.ts'
import type { Deal } from './deal.ts'
import { findDeal, hasVariable, type PlacedDeal } from './deals.store.ts'

/** Which deals are meant; what is absent does not narrow. */
export interface DealQuestion {
  contactId?: number
  stageId?: number
  statuses?: readonly DealStatus[]
  /** A variable that holds a value; a number and its text count as the same. */
  variable?: { name: string; value: unknown }
}

/** The deal that was made last. */
export async function newestDeal(
  db: Queryable,
  projectId: number,
  question: DealQuestion,
): Promise<PlacedDeal | undefined> {
  const [row] = await db.orm
    .select({ id: deals.id })
    .from(deals)
    .where(asked(projectId, question))
    .orderBy(desc(deals.id))
    .limit(1)
  return row && findDeal(db, projectId, row.id)
}

/** Their numbers, the newest first, at most 1000. */
export async function dealIds(db: Queryable, projectId: number, question: DealQuestion): Promise<number[]> {
  const rows = await db.orm
    .select({ id: deals.id })
    .from(deals)
    .where(asked(projectId, question))
    .orderBy(desc(deals.id))
    .limit(1000)
  return rows.map(({ id }) => id)
}

/** How many there are. */
export async function countDealsAsked(db: Queryable, projectId: number, question: DealQuestion): Promise<number> {
  return db.orm.$count(deals, asked(projectId, question))
}

/** When the contact's latest deal was made. */
export async function latestDealMoment(db: Queryable, projectId: number, contactId: number): Promise<Date | undefined> {
  const [row]: Pick<Deal, 'createdAt'>[] = await db.orm
    .select({ createdAt: deals.createdAt })
    .from(deals)
    .where(asked(projectId, { contactId }))
    .orderBy(desc(deals.id))
    .limit(1)
  return row?.createdAt
}

function asked(projectId: number, { contactId, stageId, statuses, variable }: DealQuestion): SQL | undefined {
  return and(
    eq(deals.projectId, projectId),
    contactId === undefined ? undefined : eq(deals.contactId, contactId),
    stageId === undefined ? undefined : eq(deals.stageId, stageId),
    statuses === undefined ? undefined : inArray(deals.status, [...statuses]),
    variable === undefined ? undefined : hasVariable(variable.name, variable.value),
  )
}
