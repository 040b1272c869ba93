import type { WrittenThere } from '../../flows/block.ts'
import type { Fault } from '../../platform/errors.ts'
import type { CrmLists, CrmPipeline } from '../crm.ts'
import type { CrmMapping } from '../mapping/mapping.ts'
import { allNamed, isKnown, unknownThere } from './named-there.ts'

/** Where a deal stands there, or is to stand, as far as that is known. */
export interface DealThere {
  /** By id: where it stands there, else where the mapping would put it. */
  pipelineId: string | undefined
  /** It is there already. */
  isThere: boolean
}

/**
 * The stage that a block names, as `pipeline id/stage id`; undefined where it names none, or only the pipeline in which the deal stands already.
 * While a flow is checked it is not known where a deal stands.
 */
export function stageNamed(
  { lists, mapping }: { lists: CrmLists; mapping: CrmMapping },
  { pipeline, stage }: Pick<WrittenThere, 'pipeline' | 'stage'>,
  deal: DealThere | undefined,
): { value: string | undefined } | { fault: Fault } {
  const fault = (path: string, message: string) => ({ fault: { path, message } })
  let among = lists.pipelines
  if (pipeline !== undefined) {
    if (!isKnown(pipeline, deal !== undefined)) return { value: undefined }
    among = allNamed(pipeline, lists.pipelines, ({ id, name }) => [id, name])
    if (among.length === 0) return fault('pipeline', unknownThere('pipeline', pipeline, names(lists.pipelines)))
    if (among.length > 1)
      return fault('pipeline', `several pipelines there are called "${pipeline}"; expected an id: ${ids(among)}`)
  } else if (deal?.pipelineId !== undefined) among = lists.pipelines.filter(({ id }) => id === deal.pipelineId)
  if (stage === undefined) return { value: pipeline === undefined ? undefined : firstStage(among[0]!, deal) }
  if (!isKnown(stage, deal !== undefined)) return { value: undefined }
  const found = among.flatMap(({ id, stages }) =>
    allNamed(stage, stages, (each) => [each.id, each.name]).map((each) => `${id}/${each.id}`),
  )
  if (found.length === 0) {
    return fault(
      'stage',
      unknownThere(
        'stage',
        stage,
        among.flatMap(({ stages }) => names(stages)),
      ),
    )
  }
  // While the flow is checked, nobody knows which pipeline the mapping will say.
  const saidLater = deal === undefined && mapping.pipelines.length > 0
  if (found.length === 1 || pipeline !== undefined) return { value: found[0] }
  return saidLater
    ? { value: undefined }
    : fault('pipeline', `several pipelines there have a stage "${stage}"; expected one to be named`)
}

function firstStage(pipeline: CrmPipeline, deal: DealThere | undefined): string | undefined {
  if (deal?.isThere && deal.pipelineId === pipeline.id) return undefined
  const first = pipeline.stages.find(({ type }) => type === 'open') ?? pipeline.stages[0]
  return first && `${pipeline.id}/${first.id}`
}

function names(items: { name: string }[]): string[] {
  return items.map(({ name }) => name)
}

function ids(items: { id: string }[]): string {
  return items.map(({ id }) => id).join(', ')
}
