import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from '../team/context.ts'
import type { Deal } from './deal.ts'
import { dealForUpdate } from './get-deal.ts'
import { getPipeline } from './get-place.ts'
import { enterStage } from './move-deal.ts'

/**
 * Moves a deal on to the stage that follows in its pipeline: from one open stage to the next, and from the last one to the
 * first that is won. Throws `not_found`, and `conflict` when nothing follows, or the deal is lost or archived.
 */
export async function moveToNextStage(tx: Tx, context: WorkContext, input: { dealId: number }): Promise<Deal> {
  const before = await dealForUpdate(tx, context.projectId, input.dealId)
  const { stages } = await getPipeline(tx, context.projectId, before.deal.pipelineId)
  const { spot, pipeline, stage } = before.place
  const isOver = stage.type === 'lost' || stage.type === 'archive'
  const following = isOver ? [] : stages.slice(stages.findIndex((one) => one.id === stage.id) + 1)
  const next = following.find(({ type }) => type === 'open' || type === 'won')
  if (!next) {
    throw new AppError(
      'conflict',
      `No stage follows "${stage.name}" in the pipeline "${pipeline.name}"; name the stage that the deal is to enter.`,
    )
  }
  return enterStage(tx, context, before, {
    spot,
    pipeline,
    stage: { id: next.id, name: next.name, type: next.type },
  })
}
