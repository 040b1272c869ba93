import type { Tx } from '../platform/database/database.ts'
import type { Project, ProjectInput } from './project.ts'
import { insertProject } from './team.store.ts'

/** Makes a project; everything else will belong to one. */
export async function createProject(tx: Tx, now: Date, input: ProjectInput): Promise<Project> {
  return insertProject(tx, input, now)
}
