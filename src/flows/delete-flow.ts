import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from '../team/context.ts'
import { deleteFlowRow } from './flows.store.ts'
import { flowForUpdate } from './get-flow.ts'

/** Removes a flow with its versions and the runs on them. Throws `not_found`, and `conflict` while it is published. */
export async function deleteFlow(tx: Tx, context: WorkContext, input: { flowId: number }): Promise<void> {
  const flow = await flowForUpdate(tx, context.projectId, input.flowId)
  if (flow.liveVersionId !== null)
    throw new AppError('conflict', `The flow "${flow.name}" is published; unpublish it first.`)
  await deleteFlowRow(tx, flow.id)
}
