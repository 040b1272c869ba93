import type { Queryable } from '../platform/database/database.ts'
import { noProject, type Project } from './project.ts'
import { selectProject } from './team.store.ts'

/** A project by its number. Throws `not_found`. */
export async function readProject(db: Queryable, id: number): Promise<Project> {
  const project = await selectProject(db, id)
  if (!project) throw noProject(id)
  return project
}
