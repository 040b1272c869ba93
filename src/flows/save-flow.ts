import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import { parseInput } from '../platform/faults.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { flowSchema } from './flow.ts'
import { type Flow, findFlowByName, insertFlow, updateFlowRow } from './flows.store.ts'
import { flowForUpdate } from './get-flow.ts'

export interface FlowDraft {
  /** A new flow is made when absent. */
  flowId?: number
  /** The revision that was edited; a draft that was changed meanwhile is then not overwritten. */
  revision?: number
  /** A flow as {@link flowSchema} describes it; it may be incomplete, since only publishing checks what it means. */
  draft: unknown
}

/**
 * Makes a flow, or changes the draft of one. Throws `invalid` with the faults of the draft, `not_found`, and `conflict` when
 * the name is taken or the draft was changed meanwhile.
 */
export async function saveFlow(tx: Tx, context: WorkContext, input: FlowDraft): Promise<Flow> {
  const { projectId, now } = context
  const draft = parseInput(flowSchema, input.draft, 'flow')
  const { name } = draft
  if (input.flowId === undefined) {
    const flow = await insertFlow(tx, { projectId, name, draft, revision: 1, createdAt: now, updatedAt: now })
    if (!flow) throw nameTaken(name)
    await recordWork(tx, context, 'flow.created', {}, { flowId: flow.id, name })
    return flow
  }
  const before = await flowForUpdate(tx, projectId, input.flowId, input.revision)
  const namesake = await findFlowByName(tx, projectId, name)
  if (namesake && namesake.id !== before.id) throw nameTaken(name)
  return updateFlowRow(tx, before.id, { name, draft, revision: before.revision + 1, updatedAt: now })
}

function nameTaken(name: string): AppError {
  return new AppError('conflict', `The project has a flow "${name}" already; choose another name.`)
}
