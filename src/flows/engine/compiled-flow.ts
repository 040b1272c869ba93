import { AppError } from '../../platform/errors.ts'
import type { BlockDefinition, BlockRegistry } from '../block.ts'
import type { Arrow, BlockNode, FlowGraph, Trigger } from '../flow.ts'

/** A block of a flow, ready to be executed. */
export interface CompiledBlock {
  node: BlockNode
  definition: BlockDefinition
  options: Record<string, unknown>
}

/** A published flow version, ready to run; made once and shared. */
export interface CompiledFlow {
  flowId: number
  versionId: number
  name: string
  triggers: readonly Trigger[]
  block(id: string): CompiledBlock
  has(id: string): boolean
  /** The id of the block that people call by this number. */
  numbered(number: number): string | undefined
  /** Why this program cannot execute a block that the flow has. */
  fault(id: string): unknown
  /** The arrows that leave a block by an output, those to actions before those to messages. */
  arrows(block: string, output: string): readonly Arrow[]
  /** Ids of a block and of everything behind it. */
  behind(block: string): ReadonlySet<string>
}

/** Prepares a flow version. A block that this program does not know is left out; its fault says so. */
export function compileFlow(
  version: { flowId: number; versionId: number; graph: FlowGraph },
  registry: BlockRegistry,
): CompiledFlow {
  const faults = new Map<string, unknown>()
  const blocks = new Map<string, CompiledBlock>()
  for (const node of version.graph.blocks) {
    try {
      blocks.set(node.id, compileBlock(node, registry))
    } catch (error) {
      // Only a run that comes to this block fails.
      faults.set(node.id, error)
    }
  }
  const rank = (arrow: Arrow) => (blocks.get(arrow.to)?.definition.kind === 'message' ? 1 : 0)
  const arrows = Map.groupBy(version.graph.arrows, (arrow) => `${arrow.from}/${arrow.output}`)
  for (const leaving of arrows.values()) leaving.sort((one, other) => rank(one) - rank(other))
  return {
    flowId: version.flowId,
    versionId: version.versionId,
    name: version.graph.name,
    triggers: version.graph.triggers,
    has: (id) => blocks.has(id),
    numbered: (number) => version.graph.blocks.find((node) => node.number === number)?.id,
    fault: (id) => faults.get(id),
    block(id) {
      const block = blocks.get(id)
      if (!block) throw new AppError('not_found', `The flow "${version.graph.name}" has no block "${id}".`)
      return block
    },
    arrows: (block, output) => arrows.get(`${block}/${output}`) ?? [],
    behind(block) {
      const seen = new Set([block])
      for (const id of seen) for (const arrow of version.graph.arrows) if (arrow.from === id) seen.add(arrow.to)
      return seen
    },
  }
}

function compileBlock(node: BlockNode, registry: BlockRegistry): CompiledBlock {
  const definition = registry.get(node.type)
  if (!definition)
    throw new AppError('unsupported', `This program has no blocks of the type "${node.type}" (block "${node.id}").`)
  return { node, definition, options: definition.options.parse(node.options) }
}
