import { and, asc, desc, eq, isNotNull, isNull, lt, lte } from 'drizzle-orm'
import { latestConversation } from '../../conversations/conversations.store.ts'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import type { HistoryTable } from '../../platform/history/prune-history.ts'
import { makePage, type Page, type PageRequest, readPage } from '../../platform/paging.ts'
import { operators } from '../../team/team.table.ts'
import type { OperatorNotice } from './task.ts'
import { operatorNotices, taskReminders, tasks } from './tasks.table.ts'

/** A reminder whose moment has come. */
export interface DueReminder {
  id: number
  taskId: number
  projectId: number
}

/** Reminders whose moment has come, the oldest first. */
export async function dueReminders(db: Queryable, now: Date, limit: number): Promise<DueReminder[]> {
  return db.orm
    .select({ id: taskReminders.id, taskId: tasks.id, projectId: tasks.projectId })
    .from(taskReminders)
    .innerJoin(tasks, eq(tasks.id, taskReminders.taskId))
    .where(lte(taskReminders.at, now))
    .orderBy(asc(taskReminders.at), asc(taskReminders.id))
    .limit(limit)
}

/** Takes a reminder for good; false when it was taken, or planned anew, by others. */
export async function takeReminder(tx: Tx, id: number): Promise<boolean> {
  const rows = await tx.orm.delete(taskReminders).where(eq(taskReminders.id, id)).returning({ id: taskReminders.id })
  return rows.length > 0
}

/** The conversation in which the operator who is responsible for a task is reached; undefined where there is none. */
export async function findOperatorsConversation(tx: Tx, taskId: number): Promise<number | undefined> {
  const [row] = await tx.orm
    .select({ contactId: operators.contactId })
    .from(tasks)
    .innerJoin(operators, eq(operators.id, tasks.responsibleId))
    .where(and(eq(tasks.id, taskId), isNotNull(operators.contactId)))
  return row && (await latestConversation(tx, row.contactId!, null))?.conversation.id
}

export async function insertNotice(tx: Tx, row: typeof operatorNotices.$inferInsert): Promise<OperatorNotice> {
  const [notice] = await tx.orm.insert(operatorNotices).values(row).returning()
  return notice!
}

/** What an operator was told, the newest first. */
export async function listNotices(
  db: Queryable,
  projectId: number,
  filter: PageRequest & { operatorId: number; unread?: boolean },
): Promise<Page<OperatorNotice>> {
  const { after, limit } = readPage(filter)
  const rows = await db.orm
    .select()
    .from(operatorNotices)
    .where(
      and(
        eq(operatorNotices.projectId, projectId),
        eq(operatorNotices.operatorId, filter.operatorId),
        filter.unread === undefined
          ? undefined
          : filter.unread
            ? isNull(operatorNotices.readAt)
            : isNotNull(operatorNotices.readAt),
        after === undefined ? undefined : lt(operatorNotices.id, after),
      ),
    )
    .orderBy(desc(operatorNotices.id))
    .limit(limit + 1)
  return makePage(rows, limit, (notice) => notice.id)
}

/** The notice, its row locked until the transaction ends. */
export async function lockNotice(tx: Tx, projectId: number, id: number): Promise<OperatorNotice | undefined> {
  const [notice] = await tx.orm
    .select()
    .from(operatorNotices)
    .where(and(eq(operatorNotices.id, id), eq(operatorNotices.projectId, projectId)))
    .for('update')
  return notice
}

export async function updateNoticeRow(tx: Tx, id: number, fields: Partial<OperatorNotice>): Promise<OperatorNotice> {
  const [notice] = await tx.orm.update(operatorNotices).set(fields).where(eq(operatorNotices.id, id)).returning()
  return notice!
}

/** Gives an operator the contact that they are as a person; null takes it away. */
export async function setOperatorsContact(tx: Tx, operatorId: number, contactId: number | null): Promise<void> {
  await tx.orm.update(operators).set({ contactId }).where(eq(operators.id, operatorId))
}

/** What operators have read goes with time. */
export const noticeHistory: HistoryTable = {
  table: 'operator_notices',
  made: 'created_at',
  over: 'r.read_at is not null',
}
