import type { Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { taskForUpdate } from './get-task.ts'
import { taskFacts, taskSubject, taskView } from './task.ts'
import { deleteTaskRow } from './tasks.store.ts'

/** Removes a task with its reminders; `task.deleted` keeps how it stood. Throws `not_found`. */
export async function deleteTask(tx: Tx, context: WorkContext, input: { taskId: number }): Promise<void> {
  const task = await taskForUpdate(tx, context.projectId, input.taskId)
  await deleteTaskRow(tx, task.id)
  const data = { ...taskFacts(task), task: taskView(task, context.now) }
  await recordWork(tx, context, 'task.deleted', taskSubject(task), data)
}
