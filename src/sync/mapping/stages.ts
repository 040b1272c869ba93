import type { DealPlace } from '../../crm/deal.ts'
import type { CrmLists } from '../crm.ts'
import type { CrmMapping } from './mapping.ts'
import type { OurSide } from './our-side.ts'

/** Where a deal stands there, as `pipeline id/stage id`, or why the mapping does not tell. */
export function stageThere({ pipelines }: CrmMapping, place: DealPlace): { value: string } | { fault: string } {
  const pipeline = pipelines.find((one) => one.spot === place.spot.name && one.pipeline === place.pipeline.name)
  if (!pipeline) return { fault: `no pipeline there stands for "${place.pipeline.name}" of "${place.spot.name}"` }
  const stage = pipeline.stages.find((one) => one.stage === place.stage.name)
  if (!stage) return { fault: `no stage there stands for "${place.stage.name}" of "${place.pipeline.name}"` }
  return { value: `${pipeline.theirs}/${stage.theirs}` }
}

/**
 * The place of ours that a `pipeline id/stage id` means, or why there is none. Where several of ours name the same stage there, the one
 * where the deal stands counts, else one of its pipeline, else the first.
 */
export function stageHere(
  { mapping, side, lists }: { mapping: CrmMapping; side: OurSide; lists: CrmLists | null },
  value: string,
  current?: DealPlace,
): { value: DealPlace } | { fault: string } {
  const places = mapping.pipelines.flatMap((pipeline) =>
    pipeline.stages
      .filter((stage) => `${pipeline.theirs}/${stage.theirs}` === value)
      .flatMap(
        ({ stage }) => side.places.find((place) => isPlace(place, pipeline.spot, pipeline.pipeline, stage)) ?? [],
      ),
  )
  const found =
    places.find((place) => place.stage.id === current?.stage.id) ??
    places.find((place) => place.pipeline.id === current?.pipeline.id) ??
    places[0]
  return found ? { value: found } : { fault: `no stage of ours stands for ${nameOfStage(lists, value)}` }
}

/** What a stage there is called: "pipeline / stage", or its ids when the account does not name them. */
export function nameOfStage(lists: CrmLists | null, value: string): string {
  const [pipelineId, stageId] = value.split('/')
  const pipeline = lists?.pipelines.find(({ id }) => id === pipelineId)
  const stage = pipeline?.stages.find(({ id }) => id === stageId)
  return `"${pipeline?.name ?? pipelineId} / ${stage?.name ?? stageId}"`
}

function isPlace(place: DealPlace, spot: string, pipeline: string, stage: string): boolean {
  return place.spot.name === spot && place.pipeline.name === pipeline && place.stage.name === stage
}
