import { and, desc, eq, inArray, isNull, sql } from 'drizzle-orm'
import type { Queryable, Tx } from '../platform/database/database.ts'
import { assignments, waitingForOperator } from './assignments.table.ts'
import { conversations } from './conversations.table.ts'

/** A conversation or a deal that nobody could be given yet. */
export type Waiting = typeof waitingForOperator.$inferSelect

/** What waits: exactly one of the two. */
export type WaitingSubject = { conversationId: number } | { dealId: number }

/** Notes that an operator was given a conversation. */
export async function insertAssignment(tx: Tx, row: typeof assignments.$inferInsert): Promise<void> {
  await tx.orm.insert(assignments).values(row)
}

/** The operator who was given a conversation of the contact last, whether they have it still or not. */
export async function lastAssignedOf(db: Queryable, contactId: number): Promise<number | undefined> {
  const [row] = await db.orm
    .select({ operatorId: assignments.operatorId })
    .from(assignments)
    .innerJoin(conversations, eq(conversations.id, assignments.conversationId))
    .where(eq(conversations.contactId, contactId))
    .orderBy(desc(assignments.id))
    .limit(1)
  return row?.operatorId
}

/** How many open conversations each of these operators has: assigned ones that messages still arrive in. */
export async function countOpenAssigned(db: Queryable, operatorIds: number[]): Promise<Map<number, number>> {
  if (operatorIds.length === 0) return new Map()
  const rows = await db.orm
    .select({ operatorId: conversations.assigneeId, count: sql<number>`count(*)::int` })
    .from(conversations)
    .where(and(inArray(conversations.assigneeId, operatorIds), isNull(conversations.unreachable)))
    .groupBy(conversations.assigneeId)
  return new Map(rows.map(({ operatorId, count }) => [operatorId!, count]))
}

/** Puts something in line for an operator; what waits already keeps its place. Tells whether it is new there. */
export async function insertWaiting(
  tx: Tx,
  row: { projectId: number; ruleId: number; since: Date } & WaitingSubject,
): Promise<boolean> {
  const inserted = await tx.orm
    .insert(waitingForOperator)
    .values(row)
    .onConflictDoNothing()
    .returning({ id: waitingForOperator.id })
  if (inserted.length > 0) return true
  await tx.orm.update(waitingForOperator).set({ ruleId: row.ruleId }).where(isSubject(row))
  return false
}

/** It waits for nobody any more. */
export async function deleteWaiting(tx: Tx, subject: WaitingSubject): Promise<void> {
  await tx.orm.delete(waitingForOperator).where(isSubject(subject))
}

/** Whether it still waits. */
export async function isWaiting(tx: Tx, id: number): Promise<boolean> {
  const rows = await tx.orm
    .select({ id: waitingForOperator.id })
    .from(waitingForOperator)
    .where(eq(waitingForOperator.id, id))
  return rows.length > 0
}

/** The rules that something waits for. */
export async function readWaitingRules(db: Queryable): Promise<Pick<Waiting, 'projectId' | 'ruleId'>[]> {
  return db.orm
    .selectDistinct({ projectId: waitingForOperator.projectId, ruleId: waitingForOperator.ruleId })
    .from(waitingForOperator)
}

/** What waits for a rule, the longest first. */
export async function readWaiting(db: Queryable, ruleId: number, limit: number): Promise<Waiting[]> {
  return db.orm
    .select()
    .from(waitingForOperator)
    .where(eq(waitingForOperator.ruleId, ruleId))
    .orderBy(waitingForOperator.id)
    .limit(limit)
}

/** How many conversations each operator of a project has (null: those of nobody), and what is unread in them. */
export async function countInbox(
  db: Queryable,
  projectId: number,
): Promise<{ operatorId: number | null; conversations: number; unread: number }[]> {
  return db.orm
    .select({
      operatorId: conversations.assigneeId,
      conversations: sql<number>`count(*) filter (where ${conversations.unread} > 0)::int`,
      unread: sql<number>`coalesce(sum(${conversations.unread}), 0)::int`,
    })
    .from(conversations)
    .where(eq(conversations.projectId, projectId))
    .groupBy(conversations.assigneeId)
}

function isSubject(subject: WaitingSubject) {
  return 'dealId' in subject
    ? eq(waitingForOperator.dealId, subject.dealId)
    : eq(waitingForOperator.conversationId, subject.conversationId)
}
