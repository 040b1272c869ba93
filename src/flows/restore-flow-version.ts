import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from '../team/context.ts'
import { type Flow, findFlowVersion } from './flows.store.ts'
import { getFlow } from './get-flow.ts'
import { saveFlow } from './save-flow.ts'

/**
 * Takes a published state into the draft, under the flow's present name; it becomes live when it is published again.
 * Throws `not_found`, and `conflict` when the draft was changed after `revision`.
 */
export async function restoreFlowVersion(
  tx: Tx,
  context: WorkContext,
  input: { flowId: number; number: number; revision?: number },
): Promise<Flow> {
  const { flowId, number, revision } = input
  const { name } = await getFlow(tx, context.projectId, flowId)
  const version = await findFlowVersion(tx, context.projectId, flowId, number)
  if (!version) throw new AppError('not_found', `The flow "${name}" has no version ${number}.`)
  return saveFlow(tx, context, { flowId, revision, draft: { ...version.graph, name } })
}
