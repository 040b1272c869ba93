import type { Queryable } from '../../platform/database/database.ts'
import { getIntegration } from '../integrations/get-integration.ts'
import { findLists } from '../integrations/integrations.store.ts'
import type { Direction } from './mapping.ts'
import type { MappedIntegration } from './our-side.ts'

/** The project's integration of that number with what its account has to choose from; throws `not_found`. */
export async function getMapped(
  db: Queryable,
  projectId: number,
  id: number,
): Promise<MappedIntegration & { direction: Direction }> {
  const { mapping, direction } = await getIntegration(db, projectId, id)
  return { projectId, mapping, direction, lists: (await findLists(db, id))?.lists ?? null }
}
