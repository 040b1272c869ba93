import type { Tx } from '../platform/database/database.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { type Deal, type DealPlace, statusOfStage } from './deal.ts'
import { insertMove, type PlacedDeal, updateDealRow } from './deals.store.ts'
import { findPlace, findPlaceOfStage } from './find-place.ts'
import { dealForUpdate } from './get-deal.ts'

export type DealMoveInput = { dealId: number } & (
  | {
      /** The name of the stage to enter. */
      stage: string
      /** The name of a pipeline of the deal's spot; the one it is in when absent. */
      pipeline?: string
    }
  | {
      /** The number of the stage to enter, of any pipeline and spot of the project. */
      stageId: number
    }
)

/**
 * Moves a deal to a stage; its status follows the stage's type. A deal that stands there already stays unchanged and
 * nothing is recorded. Throws `invalid` that names what does not exist, `not_found`, and `conflict` when the stage is
 * removed at that moment.
 */
export async function moveDeal(tx: Tx, context: WorkContext, input: DealMoveInput): Promise<Deal> {
  const before = await dealForUpdate(tx, context.projectId, input.dealId)
  return enterStage(tx, context, before, await placeOf(tx, context.projectId, before.place, input))
}

async function placeOf(tx: Tx, projectId: number, from: DealPlace, input: DealMoveInput): Promise<DealPlace> {
  if ('stageId' in input) return findPlaceOfStage(tx, projectId, input.stageId)
  const pipeline = input.pipeline ?? from.pipeline.name
  return findPlace(tx, projectId, { spot: from.spot.name, pipeline, stage: input.stage })
}

/** Lets a deal, whose row is locked, enter a stage, and records where it came from and went. */
export async function enterStage(tx: Tx, context: WorkContext, before: PlacedDeal, place: DealPlace): Promise<Deal> {
  if (place.stage.id === before.deal.stageId) return before.deal
  const { now } = context
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
    from: before.place,
    to: place,
    stage: place.stage.name,
    pipeline: place.pipeline.name,
  })
  if (status !== before.deal.status) {
    await recordWork(tx, context, 'deal.status_changed', subject, { from: before.deal.status, to: status })
  }
  return deal
}
