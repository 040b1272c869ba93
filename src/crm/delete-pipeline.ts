import type { Tx } from '../platform/database/database.ts'
import type { WorkContext } from '../team/context.ts'
import { getPipeline, refuseWithDeals } from './get-place.ts'
import { countDeals, deletePipelineRow, lockPipeline, lockStages } from './pipelines.store.ts'

/** Removes a funnel with its stages. Throws `not_found`, and `conflict` while deals stand in it. */
export async function deletePipeline(tx: Tx, context: WorkContext, input: { pipelineId: number }): Promise<void> {
  const pipeline = await getPipeline(tx, context.projectId, input.pipelineId)
  await lockPipeline(tx, pipeline.id)
  await lockStages(tx, { pipelineId: pipeline.id })
  refuseWithDeals(`pipeline "${pipeline.name}"`, await countDeals(tx, { pipelineId: pipeline.id }))
  await deletePipelineRow(tx, pipeline.id)
}
