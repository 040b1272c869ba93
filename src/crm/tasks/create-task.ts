import { z } from 'zod'
import type { Tx } from '../../platform/database/database.ts'
import { parseInput } from '../../platform/faults.ts'
import type { WorkContext } from '../../team/context.ts'
import { readProject } from '../../team/read-project.ts'
import { recordWork } from '../../team/record-work.ts'
import { readDue } from './due.ts'
import { findOwners } from './find-owners.ts'
import { type Task, taskFacts, taskFieldsSchema, taskSubject } from './task.ts'
import { insertTask, planReminders } from './tasks.store.ts'

export const newTaskSchema = z.strictObject(taskFieldsSchema)

/** Who sets no reminders is reminded when the task is due. */
const usualReminders = [0]

/**
 * Makes a task. The operator is reminded when it is due, unless `reminders` say otherwise; a reminder whose moment is over
 * is left out. Throws `invalid` that names what is wrong, `not_found`.
 */
export async function createTask(tx: Tx, context: WorkContext, input: z.input<typeof newTaskSchema>): Promise<Task> {
  const { projectId, now } = context
  const wanted = parseInput(newTaskSchema, input, 'task')
  const { timeZone } = await readProject(tx, projectId)
  const owners = await findOwners(tx, projectId, wanted)
  const task = await insertTask(tx, {
    ...owners,
    projectId,
    name: wanted.name,
    description: wanted.description,
    dueAt: readDue(wanted, null, now, timeZone),
    status: 'open',
    reminders: wanted.reminders ?? usualReminders,
    createdAt: now,
    updatedAt: now,
  })
  await planReminders(tx, task, now)
  await recordWork(tx, context, 'task.created', taskSubject(task), taskFacts(task))
  return task
}
