import type { Capabilities } from '../../conversations/channel.ts'
import type { ConversationKind } from '../../conversations/message.ts'
import type { Fault } from '../../platform/errors.ts'
import type { KnownChannel, ProjectLookup, WrittenThere } from '../block.ts'

/**
 * What is wrong with a named spot, pipeline and stage. Without a spot the stage may be of any pipeline of that name, and with
 * `anyPipeline` of any pipeline of the spot.
 */
export function stageFaults(
  { spot, pipeline, stage }: { spot?: string; pipeline?: string; stage?: string },
  { spots }: ProjectLookup,
  anyPipeline = false,
): Fault[] {
  const pipelinesOfSpot = spot === undefined ? undefined : spots.get(spot)
  if (spot !== undefined && !pipelinesOfSpot) return [unknown('spot', 'the project', 'spot', spot, [...spots.keys()])]
  const all = pipelinesOfSpot ? [...pipelinesOfSpot] : [...spots.values()].flatMap((pipelines) => [...pipelines])
  const named = pipeline === undefined ? all : all.filter(([name]) => name === pipeline)
  if (pipeline !== undefined && named.length === 0) {
    return [unknown('pipeline', spot ? `the spot "${spot}"` : 'the project', 'pipeline', pipeline, names(all))]
  }
  // A deal of a spot without a named pipeline goes to the first one.
  const candidates = spot !== undefined && pipeline === undefined && !anyPipeline ? named.slice(0, 1) : named
  const stages = candidates.flatMap(([, list]) => list)
  if (stage === undefined || stages.includes(stage)) return []
  const where = candidates.length === 1 ? `the pipeline "${candidates[0]![0]}"` : 'the project'
  return [unknown('stage', where, 'stage', stage, stages)]
}

/** What a block may need a channel for; what the channel is then told to lack. */
const abilities = {
  email: 'cannot send e-mails',
  calls: 'cannot place calls',
  createsGroups: 'cannot make groups',
  mentions: 'cannot mention people',
  templates: 'has no templates',
} satisfies Partial<Record<keyof Capabilities, string>>
export type ChannelAbility = keyof typeof abilities

const conversationKinds: readonly ConversationKind[] = ['direct', 'group', 'email', 'call']

/** What is wrong with a named channel, if it is named: there is none, or it lacks an ability. One that is not open is taken as it is. */
export function channelFault(
  path: string,
  channel: string | undefined,
  { channels }: ProjectLookup,
  ability?: ChannelAbility,
): Fault[] {
  if (channel === undefined) return []
  const known = channels.get(channel)
  if (!known) return [unknown(path, 'the project', 'channel', channel, [...channels.keys()])]
  if (ability === undefined || canDo(known, ability) !== false) return []
  const able = [...channels].flatMap(([name, other]) => (canDo(other, ability) ? [`"${name}"`] : []))
  const expected =
    able.length > 0 ? `expected one that can, such as ${able.slice(0, 5).join(', ')}` : 'connect one that can'
  return [{ path, message: `the channel "${channel}" ${abilities[ability]}; ${expected}` }]
}

/** Undefined while nobody can tell. */
function canDo(channel: KnownChannel, ability: ChannelAbility): boolean | undefined {
  const told = conversationKinds.flatMap((kind) => channel.can(kind) ?? [])
  return told.length === 0 ? undefined : told.some((can) => Boolean(can[ability]))
}

/** What is wrong with a named sales plan. */
export function salesPlanFault(path: string, plan: string, { salesPlans }: ProjectLookup): Fault[] {
  return salesPlans.has(plan) ? [] : [unknown(path, 'the project', 'sales plan', plan, [...salesPlans])]
}

/** What is wrong with a named rule of distribution, if it is named. */
export function ruleFault(path: string, rule: string | undefined, { rules }: ProjectLookup): Fault[] {
  if (rule === undefined || rules.has(rule)) return []
  return [unknown(path, 'the project', 'distribution rule', rule, [...rules])]
}

/** What is wrong with an operator who is named by e-mail, if one is. */
export function operatorFault(path: string, email: string | undefined, { operators }: ProjectLookup): Fault[] {
  if (email === undefined || operators.has(email.toLowerCase())) return []
  return [unknown(path, 'the project', 'operator', email, [...operators])]
}

/** What is wrong with a named e-mail template, if it is named. */
export function emailTemplateFault(
  path: string,
  template: string | undefined,
  { emailTemplates }: ProjectLookup,
): Fault[] {
  if (template === undefined || emailTemplates.has(template)) return []
  return [unknown(path, 'the project', 'e-mail template', template, [...emailTemplates])]
}

/** What is wrong with the flow that subscribers are to belong to: the named one, else the project's default flow. */
export function subscriberFlowFault(path: string, flow: string | undefined, lookup: ProjectLookup): Fault[] {
  const { flows, defaultFlow } = lookup
  if (flow !== undefined) return flows.has(flow) ? [] : [unknown(path, 'the project', 'flow', flow, [...flows.keys()])]
  if (defaultFlow === undefined) {
    return [{ path, message: 'expected the name of a flow, since the project has no default flow' }]
  }
  if (flows.has(defaultFlow)) return []
  return [{ path, message: `the project's default flow "${defaultFlow}" does not exist; expected the name of a flow` }]
}

/** What is wrong with a place in a flow. */
export function flowPointFaults({ flow, block }: { flow: string; block?: string }, { flows }: ProjectLookup): Fault[] {
  const blocks = flows.get(flow)
  if (!blocks) return [unknown('flow', 'the project', 'flow', flow, [...flows.keys()])]
  if (block === undefined || blocks.has(block)) return []
  return [unknown('block', `the flow "${flow}"`, 'block', block, [...blocks])]
}

/** What is wrong with a named integration, or with what is written there. */
export function integrationFaults(
  integration: string,
  written: WrittenThere,
  { integrations }: ProjectLookup,
): Fault[] {
  const known = integrations.get(integration)
  if (known) return known.faults(written)
  return [unknown('integration', 'the project', 'integration', integration, [...integrations.keys()])]
}

function unknown(path: string, owner: string, what: string, name: string, known: string[]): Fault {
  const unique = [...new Set(known)]
  const listed = unique.slice(0, 20).map((item) => `"${item}"`)
  const expected =
    listed.length > 0 ? `expected one of ${listed.join(', ')}${unique.length > 20 ? ' …' : ''}` : 'it has none'
  return { path, message: `${owner} has no ${what} "${name}"; ${expected}` }
}

function names(pipelines: [string, readonly string[]][]): string[] {
  return pipelines.map(([name]) => name)
}
