import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import { makePage, type Page, type PageRequest, readPage } from '../../platform/paging.ts'
import { deals } from '../crm.table.ts'
import { openStatuses } from '../current-deal.ts'
import { distributionRules, type Turns } from './distribution.table.ts'
import type { Rule, RuleInput, RuleUpdate } from './rule.ts'

/** A project's rules, the oldest first. */
export async function listRules(db: Queryable, projectId: number, page: PageRequest): Promise<Page<Rule>> {
  const { after, limit } = readPage(page)
  const rows = await db.orm
    .select()
    .from(distributionRules)
    .where(
      and(
        eq(distributionRules.projectId, projectId),
        after === undefined ? undefined : gt(distributionRules.id, after),
      ),
    )
    .orderBy(asc(distributionRules.id))
    .limit(limit + 1)
  return makePage(rows, limit, (rule) => rule.id)
}

/** All rules of a project, the oldest first. */
export async function readRules(db: Queryable, projectId: number): Promise<Rule[]> {
  return db.orm
    .select()
    .from(distributionRules)
    .where(eq(distributionRules.projectId, projectId))
    .orderBy(asc(distributionRules.id))
}

/** Lets nobody else make or change rules of the project until the transaction ends. */
export async function lockRules(tx: Tx, projectId: number): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('distribution rules ' || $1::text, 0))`, [
    String(projectId),
  ])
}

/** The rule, its turns locked until the transaction ends. */
export async function lockRule(tx: Tx, projectId: number, id: number): Promise<Rule | undefined> {
  const [rule] = await tx.orm
    .select()
    .from(distributionRules)
    .where(and(eq(distributionRules.id, id), eq(distributionRules.projectId, projectId)))
    .for('update')
  return rule
}

export async function insertRule(tx: Tx, projectId: number, input: RuleInput, now: Date): Promise<Rule> {
  const [rule] = await tx.orm
    .insert(distributionRules)
    .values({ ...input, projectId, turns: {}, createdAt: now, updatedAt: now })
    .returning()
  return rule!
}

export async function updateRuleRow(tx: Tx, id: number, fields: RuleUpdate & { updatedAt: Date }): Promise<Rule> {
  const [rule] = await tx.orm.update(distributionRules).set(fields).where(eq(distributionRules.id, id)).returning()
  return rule!
}

/** No rule of the project is the default one any more. */
export async function clearDefault(tx: Tx, projectId: number): Promise<void> {
  await tx.orm
    .update(distributionRules)
    .set({ isDefault: false })
    .where(and(eq(distributionRules.projectId, projectId), eq(distributionRules.isDefault, true)))
}

export async function deleteRuleRow(tx: Tx, id: number): Promise<void> {
  await tx.orm.delete(distributionRules).where(eq(distributionRules.id, id))
}

/** Notes how the turns of a rule stand. */
export async function updateTurns(tx: Tx, id: number, turns: Turns): Promise<void> {
  await tx.orm.update(distributionRules).set({ turns }).where(eq(distributionRules.id, id))
}

/** How many open deals each of these operators is responsible for. */
export async function countOpenDeals(db: Queryable, operatorIds: number[]): Promise<Map<number, number>> {
  if (operatorIds.length === 0) return new Map()
  const rows = await db.orm
    .select({ operatorId: deals.responsibleId, count: sql<number>`count(*)::int` })
    .from(deals)
    .where(and(inArray(deals.responsibleId, operatorIds), inArray(deals.status, [...openStatuses])))
    .groupBy(deals.responsibleId)
  return new Map(rows.map(({ operatorId, count }) => [operatorId!, count]))
}

/**
 * Takes everything from an operator who leaves: conversations, contacts and deals have nobody then. Each is recorded as if it
 * were released by itself; `by` is who lets the operator go.
 */
export async function releaseEverything(
  tx: Tx,
  { projectId, operatorId, by, now }: { projectId: number; operatorId: number; by: object; now: Date },
): Promise<void> {
  const params = [projectId, operatorId, JSON.stringify({ from: operatorId, to: null, by }), now.toISOString()]
  await tx.query(
    `with released as (
       update conversations set assignee_id = null where project_id = $1 and assignee_id = $2 returning id, contact_id)
     insert into changes (project_id, kind, contact_id, conversation_id, data, at)
       select $1, 'conversation.released', contact_id, id, $3::jsonb - 'to', $4::timestamptz from released order by id`,
    params,
  )
  await tx.query(
    `with released as (
       update deals set responsible_id = null, version = version + 1, updated_at = $4::timestamptz
        where project_id = $1 and responsible_id = $2 returning id, contact_id, conversation_id)
     insert into changes (project_id, kind, contact_id, conversation_id, deal_id, data, at)
       select $1, 'deal.assigned', contact_id, conversation_id, id, $3::jsonb, $4::timestamptz from released order by id`,
    params,
  )
  await tx.query(
    `with released as (
       update contacts set responsible_id = null, updated_at = $4::timestamptz
        where project_id = $1 and responsible_id = $2 returning id)
     insert into changes (project_id, kind, contact_id, data, at)
       select $1, 'contact.responsible_changed', id, $3::jsonb, $4::timestamptz from released order by id`,
    params,
  )
}
