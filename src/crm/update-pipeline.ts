import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import { parseInput } from '../platform/faults.ts'
import type { WorkContext } from '../team/context.ts'
import { spotSchema } from './create-spot.ts'
import { getPipeline } from './get-place.ts'
import { type PipelineWithStages, readPipelines, renamePipeline } from './pipelines.store.ts'

/** Renames a funnel. Throws `invalid`, `not_found`, and `conflict` when the spot has one of that name. */
export async function updatePipeline(
  tx: Tx,
  context: WorkContext,
  input: { pipelineId: number; name: string },
): Promise<PipelineWithStages> {
  const { name } = parseInput(spotSchema, { name: input.name }, 'pipeline')
  const pipeline = await getPipeline(tx, context.projectId, input.pipelineId)
  const siblings = (await readPipelines(tx, context.projectId)).filter((other) => other.spotId === pipeline.spotId)
  if (siblings.some((other) => other.id !== pipeline.id && other.name === name)) {
    throw new AppError('conflict', `The spot has a pipeline "${name}" already; choose another name.`)
  }
  await renamePipeline(tx, pipeline.id, name)
  return { ...pipeline, name }
}
