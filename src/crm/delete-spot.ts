import type { Tx } from '../platform/database/database.ts'
import type { WorkContext } from '../team/context.ts'
import { getSpot, refuseWithDeals } from './get-place.ts'
import { countDeals, deleteSpotRow, lockStages } from './pipelines.store.ts'

/** Removes a point of sale with its pipelines. Throws `not_found`, and `conflict` while deals stand in it. */
export async function deleteSpot(tx: Tx, context: WorkContext, input: { spotId: number }): Promise<void> {
  const spot = await getSpot(tx, context.projectId, input.spotId)
  await lockStages(tx, { spotId: spot.id })
  refuseWithDeals(`spot "${spot.name}"`, await countDeals(tx, { spotId: spot.id }))
  await deleteSpotRow(tx, spot.id)
}
