import type { Queryable } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { Integration } from './integration.ts'
import { findIntegration } from './integrations.store.ts'

/** The project's integration of that number; throws `not_found`. */
export async function getIntegration(db: Queryable, projectId: number, id: number): Promise<Integration> {
  const integration = await findIntegration(db, id)
  if (integration?.projectId === projectId) return integration
  throw new AppError('not_found', `There is no integration ${id} in this project.`)
}
