import type { Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import type { Task } from './task.ts'
import { updateTask } from './update-task.ts'

/** Notes that a task was done; one that is done already stays unchanged and nothing is recorded. Throws `not_found`. */
export async function doneTask(tx: Tx, context: WorkContext, input: { taskId: number }): Promise<Task> {
  return updateTask(tx, context, { taskId: input.taskId, status: 'done' })
}
