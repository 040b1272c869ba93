import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from './context.ts'
import type { Operator } from './operator.ts'
import { operatorForUpdate } from './read-operator.ts'
import { recordWork } from './record-work.ts'
import { updateOperatorRow } from './team.store.ts'

/** Starts or ends an operator's shift. Throws `not_found`, and `conflict` for a service operator, which has none. */
export async function setShift(
  tx: Tx,
  context: WorkContext,
  { operatorId, onShift }: { operatorId: number; onShift: boolean },
): Promise<Operator> {
  const before = await operatorForUpdate(tx, context.projectId, operatorId)
  if (before.role === 'service') {
    throw new AppError('conflict', `Operator ${operatorId} stands behind an API key; expected a person of the team.`)
  }
  if (before.onShift === onShift) return before
  const after = (await updateOperatorRow(tx, context.projectId, operatorId, { onShift })) ?? before
  await recordShift(tx, context, after)
  return after
}

/** Records that an operator's shift has started or ended. */
export async function recordShift(tx: Tx, context: WorkContext, operator: Operator): Promise<void> {
  const kind = operator.onShift ? 'operator.shift_started' : 'operator.shift_ended'
  await recordWork(tx, context, kind, {}, { operatorId: operator.id, name: operator.name })
}
