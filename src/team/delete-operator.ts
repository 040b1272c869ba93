import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from './context.ts'
import { readOperator } from './read-operator.ts'
import { recordWork } from './record-work.ts'
import { deleteOperatorRow } from './team.store.ts'

/** Takes a person out of the team. Throws `not_found`, and `conflict` for a service operator: its key is revoked instead. */
export async function deleteOperator(tx: Tx, context: WorkContext, id: number): Promise<void> {
  const operator = await readOperator(tx, context.projectId, id)
  if (operator.role === 'service') {
    throw new AppError('conflict', `Operator ${id} stands behind an API key; revoke the key instead.`)
  }
  await deleteOperatorRow(tx, context.projectId, id)
  await recordWork(tx, context, 'operator.deleted', {}, { operatorId: id, name: operator.name })
}
