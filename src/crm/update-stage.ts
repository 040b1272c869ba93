import { z } from 'zod'
import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import { parseInput } from '../platform/faults.ts'
import type { WorkContext } from '../team/context.ts'
import { nameSchema } from './create-spot.ts'
import { getPipeline, getStage } from './get-place.ts'
import { lockPipeline, type Stage, updateStageRow } from './pipelines.store.ts'
import { colorSchema } from './stage.ts'

export const stageUpdateSchema = z.strictObject({
  name: nameSchema.optional(),
  color: colorSchema.optional(),
  position: z.int().min(1).optional().describe('Its new place, from 1; the others close up.'),
})

/** Changes a stage's name, colour or place; its type stays. Throws `invalid`, `not_found`, and `conflict` when the name is taken. */
export async function updateStage(
  tx: Tx,
  context: WorkContext,
  input: z.input<typeof stageUpdateSchema> & { stageId: number },
): Promise<Stage> {
  const { stageId, ...rest } = input
  const update = parseInput(stageUpdateSchema, rest, 'stage')
  const { pipelineId } = await getStage(tx, context.projectId, stageId)
  await lockPipeline(tx, pipelineId)
  const { stages, ...pipeline } = await getPipeline(tx, context.projectId, pipelineId)
  const stage = await getStage(tx, context.projectId, stageId)
  if (stages.some((other) => other.id !== stage.id && other.name === update.name)) {
    throw new AppError(
      'conflict',
      `The pipeline "${pipeline.name}" has a stage "${update.name}" already; choose another name.`,
    )
  }
  const order = stages.filter((other) => other.id !== stage.id)
  order.splice((update.position ?? stages.findIndex((other) => other.id === stage.id) + 1) - 1, 0, stage)
  for (const [index, other] of order.entries()) {
    if (other.position !== index + 1) await updateStageRow(tx, other.id, { position: index + 1 })
  }
  const position = order.findIndex((other) => other.id === stage.id) + 1
  return updateStageRow(tx, stage.id, { name: update.name ?? stage.name, color: update.color ?? stage.color, position })
}
