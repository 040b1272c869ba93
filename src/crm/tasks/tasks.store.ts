import { and, asc, desc, eq, gte, inArray, isNotNull, lt, lte, type SQL, sql } from 'drizzle-orm'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import { makePage, type Page, type PageRequest, readPage } from '../../platform/paging.ts'
import { type DueCursor, dueCursor, readDueCursor } from './due-cursor.ts'
import type { Task } from './task.ts'
import { type TaskStatus, taskReminders, tasks } from './tasks.table.ts'

export async function findTask(db: Queryable, projectId: number, id: number): Promise<Task | undefined> {
  const [task] = await db.orm.select().from(tasks).where(ofProject(projectId, id))
  return task
}

/** The task, its row locked until the transaction ends. */
export async function lockTask(tx: Tx, projectId: number, id: number): Promise<Task | undefined> {
  const [task] = await tx.orm.select().from(tasks).where(ofProject(projectId, id)).for('update')
  return task
}

export async function findTasks(db: Queryable, ids: number[]): Promise<Task[]> {
  return ids.length === 0 ? [] : db.orm.select().from(tasks).where(inArray(tasks.id, ids))
}

export async function insertTask(tx: Tx, row: typeof tasks.$inferInsert): Promise<Task> {
  const [task] = await tx.orm.insert(tasks).values(row).returning()
  return task!
}

export async function updateTaskRow(tx: Tx, id: number, fields: Partial<Task>): Promise<Task> {
  const [task] = await tx.orm.update(tasks).set(fields).where(eq(tasks.id, id)).returning()
  return task!
}

export async function deleteTaskRow(tx: Tx, id: number): Promise<void> {
  await tx.orm.delete(tasks).where(eq(tasks.id, id))
}

/** What narrows a list of tasks. */
export interface TaskFilter extends PageRequest {
  responsibleId?: number
  contactId?: number
  dealId?: number
  status?: TaskStatus
  /** Due at this moment or later. */
  dueFrom?: Date
  /** Due before this moment. */
  dueBefore?: Date
  /** Open, and was to be done by now. */
  overdue?: boolean
  /** `due`: what is due first comes first, and what has no moment last; the newest first when absent. */
  sort?: 'created' | 'due'
}

/** The project's tasks. */
export async function listTasks(db: Queryable, projectId: number, now: Date, filter: TaskFilter): Promise<Page<Task>> {
  if (filter.sort === 'due') return listByDue(db, projectId, now, filter)
  const { after, limit } = readPage(filter)
  const rows = await db.orm
    .select()
    .from(tasks)
    .where(and(asked(projectId, now, filter), after === undefined ? undefined : lt(tasks.id, after)))
    .orderBy(desc(tasks.id))
    .limit(limit + 1)
  return makePage(rows, limit, (task) => task.id)
}

async function listByDue(db: Queryable, projectId: number, now: Date, filter: TaskFilter): Promise<Page<Task>> {
  const { limit } = readPage({ limit: filter.limit })
  const after = filter.cursor === undefined ? undefined : readDueCursor(filter.cursor)
  const rows = await db.orm
    .select()
    .from(tasks)
    .where(and(asked(projectId, now, filter), after && behind(after)))
    .orderBy(asc(tasks.dueAt), asc(tasks.id))
    .limit(limit + 1)
  const items = rows.slice(0, limit)
  return { items, nextCursor: rows.length > limit ? dueCursor(items.at(-1)!) : null }
}

function behind({ due, id }: DueCursor): SQL {
  if (due === null) return sql`(${tasks.dueAt} is null and ${tasks.id} > ${id})`
  const at = due.toISOString()
  return sql`(${tasks.dueAt} > ${at}::timestamptz or (${tasks.dueAt} = ${at}::timestamptz and ${tasks.id} > ${id}) or ${tasks.dueAt} is null)`
}

function asked(projectId: number, now: Date, filter: TaskFilter): SQL | undefined {
  const overdue = and(eq(tasks.status, 'open'), isNotNull(tasks.dueAt), lte(tasks.dueAt, now))
  return and(
    eq(tasks.projectId, projectId),
    filter.responsibleId === undefined ? undefined : eq(tasks.responsibleId, filter.responsibleId),
    filter.contactId === undefined ? undefined : eq(tasks.contactId, sql`surviving_contact(${filter.contactId})`),
    filter.dealId === undefined ? undefined : eq(tasks.dealId, filter.dealId),
    filter.status === undefined ? undefined : eq(tasks.status, filter.status),
    filter.dueFrom && gte(tasks.dueAt, filter.dueFrom),
    filter.dueBefore && lt(tasks.dueAt, filter.dueBefore),
    filter.overdue === undefined ? undefined : filter.overdue ? overdue : sql`(${overdue}) is not true`,
  )
}

/** Plans the reminders of a task anew: those of its moments that are still to come. */
export async function planReminders(tx: Tx, task: Task, now: Date): Promise<void> {
  await tx.orm.delete(taskReminders).where(eq(taskReminders.taskId, task.id))
  const { dueAt } = task
  if (task.status !== 'open' || dueAt === null) return
  const rows = task.reminders
    .map((minutesBefore) => ({
      taskId: task.id,
      minutesBefore,
      at: new Date(dueAt.getTime() - minutesBefore * 60_000),
    }))
    .filter(({ at }) => at >= now)
  if (rows.length > 0) await tx.orm.insert(taskReminders).values(rows)
}

/** Marks what is open behind its moment as overdue, each task once; what another process marks just now is left to it. */
export async function markOverdue(tx: Tx, now: Date, limit: number): Promise<Task[]> {
  const rows = await tx.query<{ id: number }>(
    `update tasks set overdue_at = $1::timestamptz where id in (
       select id from tasks where status = 'open' and overdue_at is null and due_at <= $1::timestamptz
        order by due_at limit $2 for update skip locked)
     returning id`,
    [now.toISOString(), limit],
  )
  const ids = rows.map((row) => Number(row.id)).sort((a, b) => a - b)
  return (await findTasks(tx, ids)).sort((a, b) => a.id - b.id)
}

const ofProject = (projectId: number, id: number) => and(eq(tasks.id, id), eq(tasks.projectId, projectId))
