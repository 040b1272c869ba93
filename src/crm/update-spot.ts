import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import { parseInput } from '../platform/faults.ts'
import type { WorkContext } from '../team/context.ts'
import { spotSchema } from './create-spot.ts'
import { getSpot } from './get-place.ts'
import { readSpots, renameSpot, type Spot } from './pipelines.store.ts'

/** Renames a point of sale. Throws `invalid`, `not_found`, and `conflict` when the name is taken. */
export async function updateSpot(tx: Tx, context: WorkContext, input: { spotId: number; name: string }): Promise<Spot> {
  const { name } = parseInput(spotSchema, { name: input.name }, 'spot')
  const spot = await getSpot(tx, context.projectId, input.spotId)
  const others = await readSpots(tx, context.projectId)
  if (others.some((other) => other.id !== spot.id && other.name === name)) {
    throw new AppError('conflict', `The project has a spot "${name}" already; choose another name.`)
  }
  return renameSpot(tx, spot.id, name)
}
