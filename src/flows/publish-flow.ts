import { isDeepStrictEqual } from 'node:util'
import type { Tx } from '../platform/database/database.ts'
import type { Fault } from '../platform/errors.ts'
import { invalidInput } from '../platform/faults.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import type { BlockRegistry } from './block.ts'
import { checkFlow } from './check-flow.ts'
import type { FlowGraph } from './flow.ts'
import {
  type Flow,
  type FlowVersion,
  findLastVersion,
  findVersionById,
  insertFlowVersion,
  updateFlowRow,
} from './flows.store.ts'
import { flowForUpdate } from './get-flow.ts'
import { type LookupParts, readProjectLookup } from './project-lookup.ts'

/** What the program can run. */
export interface FlowEngineParts extends LookupParts {
  registry: BlockRegistry
}

export interface PublishedFlow {
  flow: Flow
  version: FlowVersion
  /** What is allowed and probably not meant. */
  warnings: Fault[]
}

/**
 * Makes the draft what new runs begin on; runs under way finish on their own version. A draft that is live already makes no
 * new version. Throws `invalid` with every fault, `not_found`, and `conflict` when it was changed after `revision`.
 */
export async function publishFlow(
  tx: Tx,
  context: WorkContext,
  input: { flowId: number; revision?: number },
  { registry, ...parts }: FlowEngineParts,
): Promise<PublishedFlow> {
  const { projectId, now } = context
  const before = await flowForUpdate(tx, projectId, input.flowId, input.revision)
  const lookup = await readProjectLookup(tx, projectId, parts)
  const { flow: checked, faults, warnings } = checkFlow(before.draft, registry, lookup)
  if (!checked) throw invalidInput(`flow "${before.name}"`, faults)

  const graph = JSON.parse(JSON.stringify(checked)) as FlowGraph
  const live = before.liveVersionId === null ? undefined : await findVersionById(tx, before.liveVersionId)
  if (live && isDeepStrictEqual(live.graph, graph)) return { flow: before, version: live, warnings }

  const number = ((await findLastVersion(tx, before.id))?.number ?? 0) + 1
  const version = await insertFlowVersion(tx, { projectId, flowId: before.id, number, graph, publishedAt: now })
  const flow = await updateFlowRow(tx, before.id, { liveVersionId: version.id, updatedAt: now })
  await recordWork(tx, context, 'flow.published', {}, { flowId: flow.id, name: flow.name, version: number })
  return { flow, version, warnings }
}
