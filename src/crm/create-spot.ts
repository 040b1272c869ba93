import { z } from 'zod'
import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import { parseInput } from '../platform/faults.ts'
import type { WorkContext } from '../team/context.ts'
import { insertSpot, type Spot } from './pipelines.store.ts'

/** What spots, pipelines, stages and deals are called. */
export const nameSchema = z.string().trim().min(1, 'expected a name').max(200)

export const spotSchema = z.strictObject({ name: nameSchema })

/** Makes a point of sale. Throws `invalid`, and `conflict` when the name is taken. */
export async function createSpot(tx: Tx, context: WorkContext, input: z.input<typeof spotSchema>): Promise<Spot> {
  const { name } = parseInput(spotSchema, input, 'spot')
  const spot = await insertSpot(tx, { projectId: context.projectId, name, createdAt: context.now })
  if (spot) return spot
  throw new AppError('conflict', `The project has a spot "${name}" already; choose another name.`)
}
