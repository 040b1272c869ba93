import type { CrmLists, CrmPipeline, CrmUser } from '../crm.ts'
import { type CrmMapping, emptyMapping, type FieldMapping, type PipelineMapping } from './mapping.ts'
import { fittingDirection } from './misfit.ts'
import { findOurField } from './our-fields.ts'
import type { MappedEntity, OurSide } from './our-side.ts'
import { findTheirField } from './their-fields.ts'

/**
 * The mapping that a new integration gets: what every CRM has (names, budget, stage, responsible, phones, e-mails, labels), with pipelines
 * and stages of equal names; people answer to each other by e-mail. Pure.
 */
export function defaultMapping(lists: CrmLists | null, side: OurSide): CrmMapping {
  if (!lists) return emptyMapping
  const has = (key: string) => findTheirField(lists, 'contact', key) !== undefined
  const names = has('first_name') ? ['first_name', 'last_name'] : ['name']
  return {
    contact: [...names, 'phone', 'email', 'responsible'].flatMap((key) => sameField('contact', key, lists, side)),
    deal: ['name', 'budget', 'stage', 'responsible'].flatMap((key) => sameField('deal', key, lists, side)),
    labels: 'both',
    pipelines: pipelinesOfEqualName(lists.pipelines, side),
    users: [],
  }
}

/** Whether two names are the same but for case and surrounding space. */
export function isSameName(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase()
}

function sameField(entity: MappedEntity, key: string, lists: CrmLists, side: OurSide): FieldMapping[] {
  const field = findTheirField(lists, entity, key)
  const ours = findOurField(entity, key, side)
  const direction = field && ours && fittingDirection(ours, field)
  return direction ? [{ ours: key, theirs: key, direction }] : []
}

function pipelinesOfEqualName(pipelines: CrmPipeline[], side: OurSide): PipelineMapping[] {
  const ours = new Map(side.places.map((place) => [place.pipeline.id, place]))
  return [...ours.values()].flatMap(({ spot, pipeline }) => {
    const there = pipelines.find(({ name }) => isSameName(name, pipeline.name))
    if (!there) return []
    const own = side.places.filter((place) => place.pipeline.id === pipeline.id)
    return [{ spot: spot.name, pipeline: pipeline.name, theirs: there.id, stages: stagesOfEqualName(own, there) }]
  })
}

/** By name; what is won or lost also by what it means, where there is one such stage only. */
function stagesOfEqualName(own: OurSide['places'], there: CrmPipeline): PipelineMapping['stages'] {
  return own.flatMap(({ stage }) => {
    const ending = stage.type === 'won' || stage.type === 'lost'
    const meant = ending ? there.stages.filter(({ type }) => type === stage.type) : []
    const found =
      there.stages.find(({ name }) => isSameName(name, stage.name)) ?? (meant.length === 1 ? meant[0] : undefined)
    return found ? [{ stage: stage.name, theirs: found.id }] : []
  })
}

/** The users there who are called as operators without an e-mail that finds them. */
export function usersOfEqualName(users: CrmUser[], side: OurSide): CrmMapping['users'] {
  return side.operators.flatMap(({ name, email }) => {
    if (email && users.some((user) => user.email && isSameName(user.email, email))) return []
    const named = users.filter((user) => isSameName(user.name, name))
    const isAlone = side.operators.filter((other) => isSameName(other.name, name)).length === 1
    return named[0] && named.length === 1 && isAlone ? [{ operator: email ?? name, user: named[0].id }] : []
  })
}
