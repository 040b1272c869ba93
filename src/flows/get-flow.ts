import type { Queryable, Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import { type Flow, findFlow, lockFlow } from './flows.store.ts'

/** The project's flow of that number; throws `not_found`. */
export async function getFlow(db: Queryable, projectId: number, id: number): Promise<Flow> {
  return (await findFlow(db, projectId, id)) ?? refuse(id)
}

/**
 * The same, its row locked until the transaction ends. `revision` is the one that the caller has seen: another one throws
 * `conflict`; absent, it does not matter.
 */
export async function flowForUpdate(tx: Tx, projectId: number, id: number, revision?: number): Promise<Flow> {
  const flow = (await lockFlow(tx, projectId, id)) ?? refuse(id)
  if (revision === undefined || revision === flow.revision) return flow
  throw new AppError(
    'conflict',
    `The flow "${flow.name}" was changed meanwhile: you have its revision ${revision}, it is now at ${flow.revision}. Load it again and repeat your change.`,
  )
}

function refuse(id: number): never {
  throw new AppError('not_found', `There is no flow ${id} in this project.`)
}
