import type { Queryable, Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import { findDeal, lockDeal, type PlacedDeal } from './deals.store.ts'

/** The project's deal of that number (the row's, not the one people call it by); throws `not_found`. */
export async function getDeal(db: Queryable, projectId: number, id: number): Promise<PlacedDeal> {
  return (await findDeal(db, projectId, id)) ?? refuse(id)
}

/** The same, its row locked until the transaction ends. */
export async function dealForUpdate(tx: Tx, projectId: number, id: number): Promise<PlacedDeal> {
  return (await lockDeal(tx, projectId, id)) ?? refuse(id)
}

function refuse(id: number): never {
  throw new AppError('not_found', `There is no deal ${id} in this project.`)
}
