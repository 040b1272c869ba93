import { z } from 'zod'
import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import { parseInput } from '../platform/faults.ts'
import type { WorkContext } from '../team/context.ts'
import { nameSchema } from './create-spot.ts'
import { getSpot } from './get-place.ts'
import { insertPipeline, insertStages, type PipelineWithStages } from './pipelines.store.ts'
import { completeStages, newStageSchema } from './stage.ts'

export const newPipelineSchema = z.strictObject({
  spotId: z.int(),
  name: nameSchema,
  stages: z
    .array(newStageSchema)
    .max(100)
    .default([])
    .refine((stages) => new Set(stages.map((stage) => stage.name)).size === stages.length, 'expected each name once')
    .refine(
      (stages) => ['unprocessed', 'archive'].every((type) => stages.filter((stage) => stage.type === type).length <= 1),
      'expected at most one stage of the types unprocessed and archive',
    )
    .describe('In order. What every funnel needs (unprocessed, won, lost, archive) is added where it is missing.'),
})

/** Makes a funnel with its stages. Throws `invalid`, `not_found`, and `conflict` when the spot has one of that name. */
export async function createPipeline(
  tx: Tx,
  context: WorkContext,
  input: z.input<typeof newPipelineSchema>,
): Promise<PipelineWithStages> {
  const { spotId, name, stages } = parseInput(newPipelineSchema, input, 'pipeline')
  const { projectId, now } = context
  const spot = await getSpot(tx, projectId, spotId)
  const pipeline = await insertPipeline(tx, { projectId, spotId: spot.id, name, createdAt: now })
  if (!pipeline)
    throw new AppError('conflict', `The spot "${spot.name}" has a pipeline "${name}" already; choose another name.`)
  const rows = completeStages(stages).map((stage, index) => ({
    ...stage,
    projectId,
    pipelineId: pipeline.id,
    position: index + 1,
  }))
  return { ...pipeline, stages: await insertStages(tx, rows) }
}
