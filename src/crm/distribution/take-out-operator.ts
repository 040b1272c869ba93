import type { Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { deleteOperator } from '../../team/delete-operator.ts'
import { operatorForUpdate } from '../../team/read-operator.ts'
import { releaseEverything } from './distribution.store.ts'

/**
 * Takes a person out of the team; what they had has nobody then. Throws `not_found`, and `conflict` for the service operator
 * of an API key.
 */
export async function takeOutOperator(tx: Tx, context: WorkContext, id: number): Promise<void> {
  const { projectId, now, by } = context
  const operator = await operatorForUpdate(tx, projectId, id)
  await releaseEverything(tx, { projectId, operatorId: operator.id, by, now })
  await deleteOperator(tx, context, id)
}
