import type { Queryable } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { runs } from './flows.table.ts'
import { findRun } from './trace.store.ts'

/** The project's run of that number; throws `not_found`. */
export async function getRun(db: Queryable, projectId: number, id: number): Promise<typeof runs.$inferSelect> {
  const run = await findRun(db, projectId, id)
  if (run) return run
  throw new AppError('not_found', `There is no run ${id} in this project.`)
}
