import type { Queryable } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { findIntegration, findLists } from '../integrations/integrations.store.ts'
import type { Direction } from './mapping.ts'
import type { MappedIntegration } from './our-side.ts'

/** The project's integration of that number with what its account has to choose from; throws `not_found`. */
export async function getMapped(
  db: Queryable,
  projectId: number,
  id: number,
): Promise<MappedIntegration & { direction: Direction }> {
  const integration = await findIntegration(db, id)
  if (integration?.projectId !== projectId) {
    throw new AppError('not_found', `There is no integration ${id} in this project.`)
  }
  const { mapping, direction } = integration
  return { projectId, mapping, direction, lists: (await findLists(db, id))?.lists ?? null }
}
