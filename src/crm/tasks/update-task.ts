import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Tx } from '../../platform/database/database.ts'
import { parseInput } from '../../platform/faults.ts'
import type { WorkContext } from '../../team/context.ts'
import { readProject } from '../../team/read-project.ts'
import { recordWork } from '../../team/record-work.ts'
import { toldFields } from '../../team/told-fields.ts'
import { readDue } from './due.ts'
import { findOwners } from './find-owners.ts'
import { taskForUpdate } from './get-task.ts'
import { type Task, taskFacts, taskFieldsSchema, taskStatuses, taskSubject } from './task.ts'
import { planReminders, updateTaskRow } from './tasks.store.ts'

export const taskUpdateSchema = z.strictObject({
  ...taskFieldsSchema,
  name: taskFieldsSchema.name.optional(),
  status: z.enum(taskStatuses).optional(),
})

/**
 * Changes what is present of a task; that it was done is recorded as `task.done`, everything else as `task.updated` with
 * the values before and after. With another moment or status its reminders are planned anew, and it can become overdue
 * again. What stays the same is not recorded. Throws `invalid`, `not_found`.
 */
export async function updateTask(
  tx: Tx,
  context: WorkContext,
  input: z.input<typeof taskUpdateSchema> & { taskId: number },
): Promise<Task> {
  const { projectId, now } = context
  const { taskId, ...rest } = input
  const wanted = parseInput(taskUpdateSchema, rest, 'task')
  const before = await taskForUpdate(tx, projectId, taskId)
  const changed = differences(before, await wantedFields(tx, context, before, wanted))
  if (Object.keys(changed).length === 0) return before

  const isMoved = 'dueAt' in changed || 'status' in changed
  const task = await updateTaskRow(tx, before.id, {
    ...Object.fromEntries(Object.entries(changed).map(([name, [, value]]) => [name, value])),
    ...(changed.status && { closedAt: wanted.status === 'open' ? null : now }),
    ...(isMoved && { overdueAt: null }),
    updatedAt: now,
  })
  if (isMoved || 'reminders' in changed) await planReminders(tx, task, now)
  const { status, ...others } = changed
  const isDone = status && task.status === 'done'
  const fields = isDone ? others : changed
  if (Object.keys(fields).length > 0) {
    await recordWork(tx, context, 'task.updated', taskSubject(task), {
      ...taskFacts(task),
      fields: toldFields(fields),
    })
  }
  if (isDone) await recordWork(tx, context, 'task.done', taskSubject(task), taskFacts(task))
  return task
}

async function wantedFields(
  tx: Tx,
  { projectId, now }: WorkContext,
  before: Task,
  wanted: z.output<typeof taskUpdateSchema>,
): Promise<Partial<Task>> {
  const { name, description, status, reminders } = wanted
  const { timeZone } = await readProject(tx, projectId)
  // A task that goes to another contact leaves its deal behind.
  const leavesDeal = wanted.contactId !== undefined && wanted.contactId !== before.contactId
  const owners = await findOwners(tx, projectId, {
    ...wanted,
    dealId: wanted.dealId === undefined && leavesDeal ? null : wanted.dealId,
  })
  return { name, description, status, reminders, ...owners, dueAt: readDue(wanted, before.dueAt, now, timeZone) }
}

/** Before and after of what really changes, by name. */
function differences(before: Task, wanted: Partial<Task>): Partial<Record<keyof Task, [unknown, unknown]>> {
  return Object.fromEntries(
    Object.entries(wanted)
      .map(([name, value]): [string, [unknown, unknown]] => [name, [before[name as keyof Task], value]])
      .filter(([, [old, value]]) => value !== undefined && !isDeepStrictEqual(old, value)),
  )
}
