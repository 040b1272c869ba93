import type { Capabilities } from '../conversations/channel.ts'
import { checkTemplate } from '../platform/check-template.ts'
import type { Fault } from '../platform/errors.ts'
import type { BlockRegistry, ProjectLookup } from './block.ts'
import { calculatorFunctions } from './calculator/calculator-functions.ts'
import { checkScript } from './calculator/check-script.ts'
import { changeTriggerFaults } from './change-triggers/change-trigger-faults.ts'
import { checkArrows, unreachableBlocks } from './check-arrows.ts'
import { type CheckedBlock, type CheckedFlow, readFlow } from './read-flow.ts'
import { restlessCircles } from './restless-circles.ts'

export interface FlowCheck {
  /** The flow with all defaults filled in; absent when it has faults. */
  flow?: CheckedFlow['graph']
  /** What keeps it from being published. Paths point at the block and the field: `blocks[2] (ask "Phone").options.question`. */
  faults: Fault[]
  /** What is allowed and probably not meant. */
  warnings: Fault[]
}

/** Checks everything about a flow that can be known before it runs, and collects all faults instead of stopping at the first. */
export function checkFlow(input: unknown, registry: BlockRegistry, lookup: ProjectLookup): FlowCheck {
  const flow = readFlow(input, registry)
  const withItself = knowingItself(lookup, flow)
  const faults = [
    ...flow.faults,
    ...duplicates(flow),
    ...flow.blocks.flatMap((block) => [...checkBlock(block, withItself), ...scriptFaults(block)]),
    ...checkTriggers(flow, lookup),
    ...checkArrows(flow),
    ...restlessCircles(flow),
  ]
  const warnings = [...unreachableBlocks(flow), ...losses(flow, lookup)]
  return faults.length === 0 ? { flow: flow.graph, faults, warnings } : { faults, warnings }
}

/** A flow may start or stop itself before it was ever saved. */
function knowingItself(lookup: ProjectLookup, { graph, ids }: CheckedFlow): ProjectLookup {
  const own = new Set([...(lookup.flows.get(graph.name) ?? []), ...ids])
  return { ...lookup, flows: new Map([...lookup.flows, [graph.name, own]]) }
}

function duplicates({ blocks }: CheckedFlow): Fault[] {
  const faults: Fault[] = []
  for (const field of ['id', 'number'] as const) {
    const first = new Map<string | number, CheckedBlock>()
    for (const block of blocks) {
      const value = block.node[field]
      const other = first.get(value)
      if (other) {
        const message = `the ${field} ${JSON.stringify(value)} is also that of ${other.path}; expected another one`
        faults.push({ path: `${block.path}.${field}`, message })
      } else first.set(value, block)
    }
  }
  return faults
}

function checkBlock({ path, definition, options }: CheckedBlock, lookup: ProjectLookup): Fault[] {
  if (!definition || !options) return []
  const templates = Object.entries(definition.templates?.(options) ?? {})
  const under = (fault: Fault) => ({ ...fault, path: `${path}.options.${fault.path}` })
  return [
    ...templates.flatMap(([option, template]) => checkTemplate(template, option) ?? []).map(under),
    ...(definition.check?.(options, lookup) ?? []).map(under),
  ]
}

function scriptFaults({ path, node }: CheckedBlock): Fault[] {
  const faults = checkScript(node.script ?? '', calculatorFunctions)
  return faults.map((fault) => ({ ...fault, path: `${path}.script: ${fault.path}` }))
}

function checkTriggers({ triggers, ids }: CheckedFlow, lookup: ProjectLookup): Fault[] {
  return triggers.flatMap(({ path, trigger }) => [
    ...(ids.has(trigger.to) ? [] : [{ path: `${path}.to`, message: `there is no block "${trigger.to}" in this flow` }]),
    ...(trigger.channels ?? []).flatMap((channel, index) =>
      lookup.channels.has(channel)
        ? []
        : [{ path: `${path}.channels[${index}]`, message: `the project has no channel "${channel}"` }],
    ),
    ...changeTriggerFaults(trigger, lookup).map((fault) => ({ ...fault, path: `${path}.${fault.path}` })),
  ])
}

/** What blocks cannot show as they mean it on the channels that the triggers name. */
function losses({ triggers, blocks }: CheckedFlow, lookup: ProjectLookup): Fault[] {
  const told = new Map<string, Fault>()
  for (const { trigger } of triggers)
    for (const name of trigger.channels ?? [])
      for (const kind of trigger.conversations) {
        const can = lookup.channels.get(name)?.can(kind)
        if (can)
          for (const fault of blocks.flatMap((block) => lossesOf(block, name, can))) told.set(keyOf(fault), fault)
      }
  return [...told.values()]
}

function lossesOf({ path, definition, options }: CheckedBlock, channel: string, can: Capabilities): Fault[] {
  if (!definition?.loses || !options) return []
  return definition.loses(options, can).map((loss) => ({
    path: `${path}.options.${loss.path}`,
    message: `on the channel "${channel}" ${loss.message}`,
  }))
}

const keyOf = ({ path, message }: Fault): string => `${path} ${message}`
