import { closestWord } from '../../platform/closest-word.ts'
import type { Fault } from '../../platform/errors.ts'
import type { CrmLists, CrmPipeline } from '../crm.ts'
import type { PipelineMapping } from './mapping.ts'
import type { OurSide } from './our-side.ts'

/** What is wrong with the pipelines and stages of a mapping. While the account was never read (`lists` null) only our side is checked. Pure. */
export function checkPipelines(pipelines: PipelineMapping[], lists: CrmLists | null, side: OurSide): Fault[] {
  return pipelines.flatMap((mapped, index) => {
    const path = `mapping.pipelines[${index}]`
    const there = lists?.pipelines.find(({ id }) => id === mapped.theirs)
    const faults: Fault[] = [
      ...checkOurs(mapped, side, path),
      ...(lists && !there ? [{ path: `${path}.theirs`, message: noPipeline(mapped.theirs, lists) }] : []),
      ...(there ? checkTheirStages(mapped, there, path) : []),
    ]
    const isTwice = pipelines
      .slice(0, index)
      .some((one) => one.spot === mapped.spot && one.pipeline === mapped.pipeline)
    if (isTwice)
      faults.push({ path: `${path}.pipeline`, message: `"${mapped.pipeline}" is mapped twice; keep one of the two` })
    return faults
  })
}

function checkOurs({ spot, pipeline, stages }: PipelineMapping, side: OurSide, path: string): Fault[] {
  const ofSpot = side.places.filter((place) => place.spot.name === spot)
  const ofPipeline = ofSpot.filter((place) => place.pipeline.name === pipeline)
  if (ofSpot.length === 0) {
    const known = side.places.map((place) => place.spot.name)
    return [{ path: `${path}.spot`, message: oneOf('the project has no spot with pipelines called', spot, known) }]
  }
  if (ofPipeline.length === 0) {
    const known = ofSpot.map((place) => place.pipeline.name)
    return [{ path: `${path}.pipeline`, message: oneOf(`the spot "${spot}" has no pipeline`, pipeline, known) }]
  }
  const known = ofPipeline.map((place) => place.stage.name)
  return stages.flatMap(({ stage }, index) => {
    const at = `${path}.stages[${index}].stage`
    if (!known.includes(stage))
      return [{ path: at, message: oneOf(`the pipeline "${pipeline}" has no stage`, stage, known) }]
    const isTwice = stages.slice(0, index).some((one) => one.stage === stage)
    return isTwice ? [{ path: at, message: `"${stage}" is mapped twice; keep one of the two` }] : []
  })
}

function checkTheirStages({ stages }: PipelineMapping, there: CrmPipeline, path: string): Fault[] {
  return stages.flatMap(({ theirs }, index) => {
    if (there.stages.some(({ id }) => id === theirs)) return []
    const message = oneOfIds(`the pipeline "${there.name}" there has no stage of the id`, theirs, there.stages)
    return [{ path: `${path}.stages[${index}].theirs`, message }]
  })
}

function noPipeline(id: string, lists: CrmLists): string {
  return oneOfIds('the account has no pipeline of the id', id, lists.pipelines)
}

function oneOf(what: string, typed: string, known: string[]): string {
  const names = [...new Set(known)]
  const meant = closestWord(typed, names)
  if (meant !== undefined) return `${what} "${typed}"; did you mean "${meant}"?`
  return `${what} "${typed}"; ${names.length === 0 ? 'there is none' : `expected one of ${listed(names.map((name) => `"${name}"`))}`}`
}

/** Ids look all alike, so that a name is looked for instead of a near id. */
function oneOfIds(what: string, typed: string, known: { id: string; name: string }[]): string {
  const named = known.find(({ name }) => name.toLowerCase() === typed.toLowerCase())
  if (named) return `${what} "${typed}"; did you mean "${named.id}" (${named.name})?`
  return `${what} "${typed}"; expected one of ${listed(known.map(({ id, name }) => `${id} (${name})`))}`
}

function listed(names: string[]): string {
  return names.length > 20 ? `${names.slice(0, 20).join(', ')} and ${names.length - 20} more` : names.join(', ')
}
