import type { Queryable } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { Operator } from './operator.ts'
import { selectOperator } from './team.store.ts'

/** An operator of a project. Throws `not_found`. */
export async function readOperator(db: Queryable, projectId: number, id: number): Promise<Operator> {
  const operator = await selectOperator(db, projectId, id)
  if (!operator) throw new AppError('not_found', `There is no operator ${id}.`)
  return operator
}
