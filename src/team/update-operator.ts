import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from './context.ts'
import type { Operator, OperatorInput } from './operator.ts'
import { readOperator } from './read-operator.ts'
import { recordWork } from './record-work.ts'
import { updateOperatorRow } from './team.store.ts'

/** Changes what is given of an operator. Throws `not_found`, and `conflict` for a role of a service operator. */
export async function updateOperator(
  tx: Tx,
  context: WorkContext,
  { id, ...input }: Partial<OperatorInput> & { id: number },
): Promise<Operator> {
  const before = await readOperator(tx, context.projectId, id)
  if (before.role === 'service' && input.role !== undefined) {
    throw new AppError('conflict', `Operator ${id} stands behind an API key; its role stays "service".`)
  }
  const after = (await updateOperatorRow(tx, context.projectId, id, input)) ?? before
  await recordWork(tx, context, 'operator.updated', {}, { operatorId: id, fields: Object.keys(input) })
  return after
}
