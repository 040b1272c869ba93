import { and, asc, desc, eq, exists, gt, lt, ne, sql } from 'drizzle-orm'
import { contacts } from '../../contacts/contacts.table.ts'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import { makePage, type Page, type PageRequest, readPage } from '../../platform/paging.ts'
import type { SalesPlan, SalesPlanEntry } from './sales-plan.ts'
import { salesPlanEntries, salesPlans } from './sales-plans.table.ts'

/** A contact in a plan, by name. */
export interface NamedEntry {
  contact: { id: number; firstName: string | null; lastName: string | null; username: string | null }
  dealId: number | null
  addedAt: Date
}

/** The project's plans, the oldest first; those that a contact is in when it is named. */
export async function listPlans(
  db: Queryable,
  projectId: number,
  filter: PageRequest & { contactId?: number },
): Promise<Page<SalesPlan>> {
  const { after, limit } = readPage(filter)
  const rows = await db.orm
    .select()
    .from(salesPlans)
    .where(
      and(
        eq(salesPlans.projectId, projectId),
        after === undefined ? undefined : gt(salesPlans.id, after),
        filter.contactId === undefined ? undefined : holds(db, filter.contactId),
      ),
    )
    .orderBy(asc(salesPlans.id))
    .limit(limit + 1)
  return makePage(rows, limit, (plan) => plan.id)
}

const isEntryOf = (contactId: number) =>
  and(eq(salesPlanEntries.planId, salesPlans.id), eq(salesPlanEntries.contactId, sql`surviving_contact(${contactId})`))

function holds(db: Queryable, contactId: number) {
  return exists(db.orm.select({ one: sql`1` }).from(salesPlanEntries).where(isEntryOf(contactId)))
}

/** The names of all plans of the project. */
export async function readPlanNames(db: Queryable, projectId: number): Promise<string[]> {
  const rows = await db.orm
    .select({ name: salesPlans.name })
    .from(salesPlans)
    .where(eq(salesPlans.projectId, projectId))
    .orderBy(asc(salesPlans.id))
  return rows.map(({ name }) => name)
}

export async function findPlan(
  db: Queryable,
  projectId: number,
  wanted: { planId: number } | { plan: string },
): Promise<SalesPlan | undefined> {
  const [plan] = await db.orm.select().from(salesPlans).where(isPlan(projectId, wanted))
  return plan
}

/** The plan, which nobody removes until the transaction ends; nobody changes it either when it is locked to be updated. */
export async function lockPlan(
  tx: Tx,
  projectId: number,
  wanted: { planId: number } | { plan: string },
  strength: 'update' | 'key share',
): Promise<SalesPlan | undefined> {
  const [plan] = await tx.orm.select().from(salesPlans).where(isPlan(projectId, wanted)).for(strength)
  return plan
}

function isPlan(projectId: number, wanted: { planId: number } | { plan: string }) {
  const named = 'planId' in wanted ? eq(salesPlans.id, wanted.planId) : eq(salesPlans.name, wanted.plan)
  return and(eq(salesPlans.projectId, projectId), named)
}

/** Undefined when the name is taken. */
export async function insertPlan(tx: Tx, row: typeof salesPlans.$inferInsert): Promise<SalesPlan | undefined> {
  const [plan] = await tx.orm.insert(salesPlans).values(row).onConflictDoNothing().returning()
  return plan
}

/** Whether another plan of the project has the name; nobody else can take it until the transaction ends. */
export async function isNameTaken(tx: Tx, plan: Pick<SalesPlan, 'id' | 'projectId'>, name: string): Promise<boolean> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('sales plan names ' || $1::text, 0))`, [
    String(plan.projectId),
  ])
  const others = and(eq(salesPlans.projectId, plan.projectId), ne(salesPlans.id, plan.id), eq(salesPlans.name, name))
  return (await tx.orm.$count(salesPlans, others)) > 0
}

export async function updatePlanRow(tx: Tx, id: number, fields: Partial<SalesPlan>): Promise<SalesPlan> {
  const [plan] = await tx.orm.update(salesPlans).set(fields).where(eq(salesPlans.id, id)).returning()
  return plan!
}

export async function deletePlanRow(tx: Tx, id: number): Promise<void> {
  await tx.orm.delete(salesPlans).where(eq(salesPlans.id, id))
}

/** Undefined when the contact is in the plan already. */
export async function insertEntry(
  tx: Tx,
  row: typeof salesPlanEntries.$inferInsert,
): Promise<SalesPlanEntry | undefined> {
  const [entry] = await tx.orm.insert(salesPlanEntries).values(row).onConflictDoNothing().returning()
  return entry
}

export async function findEntry(db: Queryable, planId: number, contactId: number): Promise<SalesPlanEntry | undefined> {
  const [entry] = await db.orm.select().from(salesPlanEntries).where(isEntry(planId, contactId))
  return entry
}

/** Undefined when the contact is not in the plan. */
export async function deleteEntry(tx: Tx, planId: number, contactId: number): Promise<SalesPlanEntry | undefined> {
  const [entry] = await tx.orm.delete(salesPlanEntries).where(isEntry(planId, contactId)).returning()
  return entry
}

const isEntry = (planId: number, contactId: number) =>
  and(eq(salesPlanEntries.planId, planId), eq(salesPlanEntries.contactId, sql`surviving_contact(${contactId})`))

/** Who is in a plan, those added last first. */
export async function listEntries(db: Queryable, planId: number, page: PageRequest): Promise<Page<NamedEntry>> {
  const { after, limit } = readPage(page)
  const rows = await db.orm
    .select({
      id: salesPlanEntries.id,
      contact: {
        id: contacts.id,
        firstName: contacts.firstName,
        lastName: contacts.lastName,
        username: contacts.username,
      },
      dealId: salesPlanEntries.dealId,
      addedAt: salesPlanEntries.addedAt,
    })
    .from(salesPlanEntries)
    .innerJoin(contacts, eq(contacts.id, salesPlanEntries.contactId))
    .where(and(eq(salesPlanEntries.planId, planId), after === undefined ? undefined : lt(salesPlanEntries.id, after)))
    .orderBy(desc(salesPlanEntries.id))
    .limit(limit + 1)
  return makePage(rows, limit, (row) => row.id)
}

/** What counts for a plan, within its period and currency. */
export async function countForPlan(
  db: Queryable,
  { id, currency, startsAt, endsAt }: SalesPlan,
): Promise<{ contacts: number; wonDeals: number; wonBudget: number }> {
  const [row] = await db.query<{ contacts: number; won_deals: number; won_budget: string }>(
    `select (select count(*)::int from sales_plan_entries
              where plan_id = $1 and added_at >= coalesce($2::timestamptz, '-infinity')
                and added_at < coalesce($3::timestamptz, 'infinity')) as contacts,
            count(*)::int as won_deals, coalesce(sum(d.budget), 0)::text as won_budget
       from sales_plan_entries e join deals d on d.contact_id = e.contact_id
      where e.plan_id = $1 and d.status = 'success' and d.status_since >= coalesce($2::timestamptz, '-infinity')
        and d.status_since < coalesce($3::timestamptz, 'infinity') and ($4::text is null or d.currency = $4)`,
    [id, startsAt?.toISOString() ?? null, endsAt?.toISOString() ?? null, currency],
  )
  return { contacts: row!.contacts, wonDeals: row!.won_deals, wonBudget: Number(row!.won_budget) }
}
