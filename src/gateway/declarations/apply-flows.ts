import { isDeepStrictEqual } from 'node:util'
import { type Flow, findFlowByName } from '../../flows/flows.store.ts'
import { type FlowEngineParts, publishFlow } from '../../flows/publish-flow.ts'
import { saveFlow } from '../../flows/save-flow.ts'
import type { Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { atPath } from './at-path.ts'
import type { Applied, Declaration } from './declaration.ts'

type DeclaredFlow = Declaration['flows'][number]

/** Applies flows: first all drafts, then those that are to be published, so that they may refer to one another. */
export async function applyFlows(
  tx: Tx,
  context: WorkContext,
  { flows }: Declaration,
  parts: FlowEngineParts,
): Promise<Applied[]> {
  const saved: { flow: Flow; did: Applied['did'] }[] = []
  for (const [index, declared] of flows.entries()) {
    saved.push(await atPath(`flows[${index}]`, () => saveDraft(tx, context, declared)))
  }
  const applied: Applied[] = []
  for (const [index, { flow, did }] of saved.entries()) {
    const result: Applied = { what: 'flow', name: flow.name, did }
    if (flows[index]!.publish) {
      const published = await atPath(`flows[${index}]`, () => publishFlow(tx, context, { flowId: flow.id }, parts))
      if (did === 'unchanged' && published.version.id !== flow.liveVersionId) result.did = 'updated'
      result.note = [`live version ${published.version.number}`, ...published.warnings.map(said)].join('; ')
    }
    applied.push(result)
  }
  return applied
}

async function saveDraft(
  tx: Tx,
  context: WorkContext,
  declared: DeclaredFlow,
): Promise<{ flow: Flow; did: Applied['did'] }> {
  const { publish: _, ...graph } = declared
  const draft = JSON.parse(JSON.stringify(graph)) as Flow['draft']
  const before = await findFlowByName(tx, context.projectId, draft.name)
  if (before && isDeepStrictEqual(before.draft, draft)) return { flow: before, did: 'unchanged' }
  const flow = await saveFlow(tx, context, { flowId: before?.id, draft })
  return { flow, did: before ? 'updated' : 'created' }
}

const said = (warning: { path: string; message: string }) => `${warning.path}: ${warning.message}`
