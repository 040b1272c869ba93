import { createPipeline } from '../../crm/create-pipeline.ts'
import { createSpot } from '../../crm/create-spot.ts'
import { createStage } from '../../crm/create-stage.ts'
import { type PipelineWithStages, readPipelines, readSpots, type Spot } from '../../crm/pipelines.store.ts'
import { updateStage } from '../../crm/update-stage.ts'
import type { Tx } from '../../platform/database/database.ts'
import { invalidInput } from '../../platform/faults.ts'
import type { WorkContext } from '../../team/context.ts'
import { atPath } from './at-path.ts'
import type { Applied, Declaration } from './declaration.ts'

type DeclaredPipeline = Declaration['spots'][number]['pipelines'][number]

/** Applies spots with their pipelines and stages. Stages that are not named stay, and so does the order of those there are. */
export async function applyFunnels(tx: Tx, context: WorkContext, { spots }: Declaration): Promise<Applied[]> {
  const known = new Map((await readSpots(tx, context.projectId)).map((spot) => [spot.name, spot]))
  const pipelines = await readPipelines(tx, context.projectId)
  const applied: Applied[] = []
  for (const [index, declared] of spots.entries()) {
    const path = `spots[${index}]`
    const before = known.get(declared.name)
    const spot = before ?? (await atPath(path, () => createSpot(tx, context, { name: declared.name })))
    applied.push({ what: 'spot', name: spot.name, did: before ? 'unchanged' : 'created' })
    for (const [place, pipeline] of declared.pipelines.entries()) {
      const existing = pipelines.find((other) => other.spotId === spot.id && other.name === pipeline.name)
      const at = `${path}.pipelines[${place}]`
      applied.push(...(await applyPipeline(tx, context, { spot, pipeline, existing, at })))
    }
  }
  return applied
}

async function applyPipeline(
  tx: Tx,
  context: WorkContext,
  work: { spot: Spot; pipeline: DeclaredPipeline; existing: PipelineWithStages | undefined; at: string },
): Promise<Applied[]> {
  const { spot, pipeline, existing, at } = work
  if (!existing) {
    await atPath(at, () => createPipeline(tx, context, { spotId: spot.id, ...pipeline }))
    return [{ what: 'pipeline', name: pipeline.name, did: 'created' }]
  }
  const applied: Applied[] = [{ what: 'pipeline', name: pipeline.name, did: 'unchanged' }]
  for (const [index, stage] of pipeline.stages.entries()) {
    const did = await atPath(`${at}.stages[${index}]`, () => applyStage(tx, context, existing, stage))
    applied.push({ what: 'stage', name: `${pipeline.name} / ${stage.name}`, did })
  }
  return applied
}

async function applyStage(
  tx: Tx,
  context: WorkContext,
  pipeline: PipelineWithStages,
  stage: DeclaredPipeline['stages'][number],
): Promise<Applied['did']> {
  const before = pipeline.stages.find((other) => other.name === stage.name)
  if (!before) {
    await createStage(tx, context, { pipelineId: pipeline.id, ...stage })
    return 'created'
  }
  if (before.type !== stage.type) {
    const message = `is ${stage.type}, but the stage "${stage.name}" is ${before.type}; a type cannot be changed`
    throw invalidInput('stage', [{ path: 'type', message }])
  }
  if (stage.color === undefined || stage.color === before.color) return 'unchanged'
  await updateStage(tx, context, { stageId: before.id, color: stage.color })
  return 'updated'
}
