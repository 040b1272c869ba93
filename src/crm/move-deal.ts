import type { Tx } from '../platform/database/database.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { type Deal, statusOfStage } from './deal.ts'
import { insertMove, updateDealRow } from './deals.store.ts'
import { findPlace } from './find-place.ts'
import { dealForUpdate } from './get-deal.ts'

export interface DealMoveInput {
  dealId: number
  /** The name of a pipeline of the deal's spot; the one it is in when absent. */
  pipeline?: string
  /** The name of the stage to enter. */
  stage: string
}

/**
 * Moves a deal to a stage; its status follows the stage's type. A deal that stands there already stays unchanged and
 * nothing is recorded. Throws `invalid` that names what does not exist, `not_found`.
 */
export async function moveDeal(tx: Tx, context: WorkContext, input: DealMoveInput): Promise<Deal> {
  const { projectId, now } = context
  const before = await dealForUpdate(tx, projectId, input.dealId)
  const place = await findPlace(tx, projectId, {
    spot: before.place.spot.name,
    pipeline: input.pipeline ?? before.place.pipeline.name,
    stage: input.stage,
  })
  if (place.stage.id === before.deal.stageId) return before.deal

  const status = statusOfStage[place.stage.type]
  const deal = await updateDealRow(tx, before.deal.id, {
    pipelineId: place.pipeline.id,
    stageId: place.stage.id,
    status,
    statusSince: status === before.deal.status ? before.deal.statusSince : now,
    updatedAt: now,
  })
  await insertMove(tx, { dealId: deal.id, fromStageId: before.deal.stageId, toStageId: deal.stageId, at: now })
  const subject = { dealId: deal.id, contactId: deal.contactId, conversationId: deal.conversationId }
  await recordWork(tx, context, 'deal.stage_entered', subject, {
    from: { pipeline: before.place.pipeline, stage: before.place.stage },
    to: { pipeline: place.pipeline, stage: place.stage },
    stage: place.stage.name,
    pipeline: place.pipeline.name,
  })
  if (status !== before.deal.status) {
    await recordWork(tx, context, 'deal.status_changed', subject, { from: before.deal.status, to: status })
  }
  return deal
}
