import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from '../team/context.ts'
import type { DealStatus } from './crm.table.ts'
import { type Deal, statusOfStage } from './deal.ts'
import { dealForUpdate } from './get-deal.ts'
import { getPipeline } from './get-place.ts'
import { enterStage } from './move-deal.ts'

/**
 * Gives a deal a status by moving it to the first stage of its pipeline that means it; a deal that has the status stays
 * where it is. Throws `not_found`, and `conflict` when the pipeline has no such stage.
 */
export async function setDealStatus(
  tx: Tx,
  context: WorkContext,
  input: { dealId: number; status: DealStatus },
): Promise<Deal> {
  const before = await dealForUpdate(tx, context.projectId, input.dealId)
  if (before.deal.status === input.status) return before.deal
  const { spot, pipeline } = before.place
  const { stages } = await getPipeline(tx, context.projectId, pipeline.id)
  const stage = stages.find(({ type }) => statusOfStage[type] === input.status)
  if (!stage) {
    throw new AppError('conflict', `The pipeline "${pipeline.name}" has no stage that means ${input.status}; add one.`)
  }
  return enterStage(tx, context, before, {
    spot,
    pipeline,
    stage: { id: stage.id, name: stage.name, type: stage.type },
  })
}
