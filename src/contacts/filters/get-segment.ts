import type { Queryable } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { findSegment, type Segment } from './segments.store.ts'

/** Throws `not_found`. */
export async function getSegment(db: Queryable, projectId: number, segmentId: number): Promise<Segment> {
  return (await findSegment(db, projectId, segmentId)) ?? noSegment(segmentId)
}

/** Throws the error that says so. */
export function noSegment(segmentId: number): never {
  throw new AppError('not_found', `There is no segment ${segmentId} in this project.`)
}
