import type { Queryable, Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { Task } from './task.ts'
import { findTask, lockTask } from './tasks.store.ts'

/** The project's task of that number; throws `not_found`. */
export async function getTask(db: Queryable, projectId: number, id: number): Promise<Task> {
  return (await findTask(db, projectId, id)) ?? refuse(id)
}

/** The same, its row locked until the transaction ends. */
export async function taskForUpdate(tx: Tx, projectId: number, id: number): Promise<Task> {
  return (await lockTask(tx, projectId, id)) ?? refuse(id)
}

function refuse(id: number): never {
  throw new AppError('not_found', `There is no task ${id} in this project.`)
}
