import type { Queryable } from '../platform/database/database.ts'
import { isAvailable, type Operator } from './operator.ts'
import { readProject } from './read-project.ts'
import { selectOperators } from './team.store.ts'

/** The operators of a project whom work can be given to at a moment, the oldest first. */
export async function availableOperators(db: Queryable, projectId: number, now: Date): Promise<Operator[]> {
  const { timeZone } = await readProject(db, projectId)
  return (await selectOperators(db, projectId)).filter((operator) => isAvailable(operator, timeZone, now))
}
