import type { Tx } from '../platform/database/database.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { type Flow, updateFlowRow } from './flows.store.ts'
import { flowForUpdate } from './get-flow.ts'

/** Lets no new run begin; those under way finish. A flow that is not published stays as it is. Throws `not_found`. */
export async function unpublishFlow(tx: Tx, context: WorkContext, input: { flowId: number }): Promise<Flow> {
  const before = await flowForUpdate(tx, context.projectId, input.flowId)
  if (before.liveVersionId === null) return before
  const flow = await updateFlowRow(tx, before.id, { liveVersionId: null, updatedAt: context.now })
  await recordWork(tx, context, 'flow.unpublished', {}, { flowId: flow.id, name: flow.name })
  return flow
}
