import type { Queryable } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import { findPipeline, findSpot, findStage, type PipelineWithStages, type Spot, type Stage } from './pipelines.store.ts'

/** The project's spot of that number; throws `not_found`. */
export async function getSpot(db: Queryable, projectId: number, id: number): Promise<Spot> {
  return (await findSpot(db, projectId, id)) ?? refuse('spot', id)
}

/** The project's pipeline of that number with its stages; throws `not_found`. */
export async function getPipeline(db: Queryable, projectId: number, id: number): Promise<PipelineWithStages> {
  return (await findPipeline(db, projectId, id)) ?? refuse('pipeline', id)
}

/** The project's stage of that number; throws `not_found`. */
export async function getStage(db: Queryable, projectId: number, id: number): Promise<Stage> {
  return (await findStage(db, projectId, id)) ?? refuse('stage', id)
}

/** Throws `conflict` when deals stand in what is to be removed. */
export function refuseWithDeals(what: string, count: number): void {
  if (count === 0) return
  throw new AppError(
    'conflict',
    `The ${what} still holds ${count} deal${count === 1 ? '' : 's'}; move them elsewhere first.`,
  )
}

function refuse(what: string, id: number): never {
  throw new AppError('not_found', `There is no ${what} ${id} in this project.`)
}
