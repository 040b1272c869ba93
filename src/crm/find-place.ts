import type { Queryable } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { DealPlace } from './deal.ts'
import {
  findStagePlace,
  type PipelineWithStages,
  readPipelines,
  readSpots,
  type Spot,
  type Stage,
} from './pipelines.store.ts'

/** Where a deal is to stand, by names. */
export interface NamedPlace {
  /** May be absent when the project has one spot only. */
  spot?: string
  /** The spot's oldest pipeline when absent. */
  pipeline?: string
  /** The first open stage when absent. */
  stage?: string
}

/** Finds the place that names mean. Throws `invalid` that tells which name is wrong and what there is. */
export async function findPlace(db: Queryable, projectId: number, named: NamedPlace): Promise<DealPlace> {
  const spot = choose('spot', named.spot, await readSpots(db, projectId), 'This project')
  const pipelines = (await readPipelines(db, projectId)).filter((pipeline) => pipeline.spotId === spot.id)
  const pipeline = named.pipeline === undefined ? pipelines[0] : pipelines.find(({ name }) => name === named.pipeline)
  if (!pipeline) return refuse('pipeline', named.pipeline, pipelines, `The spot "${spot.name}"`)
  return placeOf(spot, pipeline, findStage(pipeline, named.stage))
}

/** The place of a stage by its number. Throws `invalid` when the project has no such stage. */
export async function findPlaceOfStage(db: Queryable, projectId: number, stageId: number): Promise<DealPlace> {
  const place = await findStagePlace(db, projectId, stageId)
  if (place) return place
  const message = `${stageId} does not exist; expected the number of a stage of this project`
  throw new AppError('invalid', `The stage cannot be used: stageId ${message}.`, {
    faults: [{ path: 'stageId', message }],
  })
}

/** Where a deal begins when nothing is named: the first open stage of the oldest pipeline. Throws `invalid` when there is none. */
export async function findFirstPlace(db: Queryable, projectId: number): Promise<DealPlace> {
  const [pipeline] = await readPipelines(db, projectId)
  const spot = pipeline && (await readSpots(db, projectId)).find(({ id }) => id === pipeline.spotId)
  return spot
    ? placeOf(spot, pipeline, findStage(pipeline, undefined))
    : refuse('pipeline', undefined, [], 'This project')
}

/** The pipeline's stage of that name; its first open one without a name. */
export function findStage(pipeline: PipelineWithStages, name: string | undefined): Stage {
  const { stages } = pipeline
  const stage =
    name === undefined
      ? (stages.find(({ type }) => type === 'open') ?? stages[0])
      : stages.find((one) => one.name === name)
  return stage ?? refuse('stage', name, stages, `The pipeline "${pipeline.name}"`)
}

function choose(what: string, name: string | undefined, all: Spot[], where: string): Spot {
  const found = name === undefined ? (all.length === 1 ? all[0] : undefined) : all.find((spot) => spot.name === name)
  return found ?? refuse(what, name, all, where)
}

function refuse(what: string, name: string | undefined, all: { name: string }[], where: string): never {
  const there = all.length === 0 ? 'there is none' : `expected one of ${all.map((one) => `"${one.name}"`).join(', ')}`
  const message = name === undefined ? `is missing: ${there}` : `"${name}" does not exist: ${there}`
  throw new AppError('invalid', `${where} has no such ${what}: ${what} ${message}.`, {
    faults: [{ path: what, message }],
  })
}

function placeOf(spot: Spot, pipeline: PipelineWithStages, stage: Stage): DealPlace {
  return {
    spot: { id: spot.id, name: spot.name },
    pipeline: { id: pipeline.id, name: pipeline.name },
    stage: { id: stage.id, name: stage.name, type: stage.type },
  }
}
