import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from './context.ts'
import { recordWork } from './record-work.ts'
import { deleteVariableRow } from './team.store.ts'

/** Takes a project variable away; flows that name it find nothing there. Throws `not_found`. */
export async function deleteVariable(tx: Tx, context: WorkContext, name: string): Promise<void> {
  const found = await deleteVariableRow(tx, context.projectId, name)
  if (!found) throw new AppError('not_found', `There is no project variable "${name}".`)
  await recordWork(tx, context, 'variable.deleted', {}, { name })
}
