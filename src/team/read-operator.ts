import type { Queryable, Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { Operator } from './operator.ts'
import { lockOperator, selectOperator } from './team.store.ts'

/** An operator of a project. Throws `not_found`. */
export async function readOperator(db: Queryable, projectId: number, id: number): Promise<Operator> {
  return (await selectOperator(db, projectId, id)) ?? refuse(id)
}

/** The same, its row locked until the transaction ends. */
export async function operatorForUpdate(tx: Tx, projectId: number, id: number): Promise<Operator> {
  return (await lockOperator(tx, projectId, id)) ?? refuse(id)
}

function refuse(id: number): never {
  throw new AppError('not_found', `There is no operator ${id}.`)
}
