import type { Tx } from '../platform/database/database.ts'
import type { WorkContext } from './context.ts'
import { noProject, type Project, type ProjectInput } from './project.ts'
import { recordWork } from './record-work.ts'
import { updateProjectRow } from './team.store.ts'

/** Changes what is given of the context's project. Throws `not_found`. */
export async function updateProject(tx: Tx, context: WorkContext, input: Partial<ProjectInput>): Promise<Project> {
  const project = await updateProjectRow(tx, context.projectId, input)
  if (!project) throw noProject(context.projectId)
  await recordWork(tx, context, 'project.updated', {}, { fields: Object.keys(input) })
  return project
}
