import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from './context.ts'
import { claimEmail } from './create-operator.ts'
import type { Operator, OperatorInput } from './operator.ts'
import { operatorForUpdate } from './read-operator.ts'
import { recordWork } from './record-work.ts'
import { recordShift } from './set-shift.ts'
import { updateOperatorRow } from './team.store.ts'

/**
 * Changes what is given of an operator. Throws `not_found`, and `conflict` for the role or shift of a service operator or an
 * e-mail that another one has.
 */
export async function updateOperator(
  tx: Tx,
  context: WorkContext,
  { id, ...input }: Partial<OperatorInput> & { id: number },
): Promise<Operator> {
  await claimEmail(tx, context.projectId, input.email, id)
  const before = await operatorForUpdate(tx, context.projectId, id)
  if (before.role === 'service' && (input.role !== undefined || input.onShift)) {
    throw new AppError(
      'conflict',
      `Operator ${id} stands behind an API key; its role stays "service" and it has no shifts.`,
    )
  }
  const after = (await updateOperatorRow(tx, context.projectId, id, input)) ?? before
  await recordWork(tx, context, 'operator.updated', {}, { operatorId: id, fields: Object.keys(input) })
  if (after.onShift !== before.onShift) await recordShift(tx, context, after)
  return after
}
