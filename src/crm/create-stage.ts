import { z } from 'zod'
import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import { parseInput } from '../platform/faults.ts'
import type { WorkContext } from '../team/context.ts'
import { getPipeline } from './get-place.ts'
import { insertStages, lockPipeline, type Stage, updateStageRow } from './pipelines.store.ts'
import { defaultColors, newStageSchema } from './stage.ts'

export const addedStageSchema = newStageSchema.extend({
  pipelineId: z.int(),
  position: z.int().min(1).optional().describe('Its place, from 1; after the last open stage when absent.'),
})

/** Adds a stage to a funnel, moving later ones on. Throws `invalid`, `not_found`, and `conflict` when the name is taken. */
export async function createStage(
  tx: Tx,
  context: WorkContext,
  input: z.input<typeof addedStageSchema>,
): Promise<Stage> {
  const { pipelineId, name, type, color, position } = parseInput(addedStageSchema, input, 'stage')
  await lockPipeline(tx, pipelineId)
  const { stages, ...pipeline } = await getPipeline(tx, context.projectId, pipelineId)
  if (stages.some((stage) => stage.name === name)) {
    throw new AppError(
      'conflict',
      `The pipeline "${pipeline.name}" has a stage "${name}" already; choose another name.`,
    )
  }
  const taken = (type === 'unprocessed' || type === 'archive') && stages.find((stage) => stage.type === type)
  if (taken)
    throw new AppError(
      'conflict',
      `The pipeline "${pipeline.name}" has a stage of type ${type} already: "${taken.name}".`,
    )
  const place = Math.min(position ?? stages.findLastIndex((stage) => stage.type === 'open') + 2, stages.length + 1)
  for (const [index, stage] of stages.entries()) {
    await updateStageRow(tx, stage.id, { position: index + 1 < place ? index + 1 : index + 2 })
  }
  const row = {
    projectId: context.projectId,
    pipelineId,
    name,
    type,
    color: color ?? defaultColors[type],
    position: place,
  }
  const [stage] = await insertStages(tx, [row])
  return stage!
}
