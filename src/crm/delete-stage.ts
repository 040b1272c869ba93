import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from '../team/context.ts'
import { getPipeline, getStage, refuseWithDeals } from './get-place.ts'
import { countDeals, deleteStageRow, lockPipeline, lockStages } from './pipelines.store.ts'

/**
 * Removes a stage. Throws `not_found`, and `conflict` while deals stand in it or when it is the funnel's last of a type that
 * every funnel needs.
 */
export async function deleteStage(tx: Tx, context: WorkContext, input: { stageId: number }): Promise<void> {
  const stage = await getStage(tx, context.projectId, input.stageId)
  await lockPipeline(tx, stage.pipelineId)
  const { stages } = await getPipeline(tx, context.projectId, stage.pipelineId)
  if (stages.filter((other) => other.type === stage.type).length === 1) {
    throw new AppError(
      'conflict',
      `"${stage.name}" is the funnel's only stage of type ${stage.type}; every funnel needs one.`,
    )
  }
  await lockStages(tx, { stageId: stage.id })
  refuseWithDeals(`stage "${stage.name}"`, await countDeals(tx, { stageId: stage.id }))
  await deleteStageRow(tx, stage.id)
}
