import type { ZodError } from 'zod'
import type { Fault } from '../platform/errors.ts'
import { faultsOf } from '../platform/faults.ts'
import type { BlockDefinition, BlockRegistry } from './block.ts'
import {
  type Arrow,
  arrowSchema,
  type BlockNode,
  blockNodeSchema,
  type FlowGraph,
  flowSchema,
  type Trigger,
  triggerSchema,
} from './flow.ts'

/** A block that could be read, and how people find it: `blocks[2] (ask "Phone")`. */
export interface CheckedBlock {
  path: string
  node: BlockNode
  /** Absent when its type is unknown. */
  definition?: BlockDefinition
  /** With defaults filled in; absent when they are faulty. */
  options?: Record<string, unknown>
  /** Absent when the options are faulty. */
  outputs?: string[]
}

/** As much of a flow as could be read. */
export interface CheckedFlow {
  /** Only the readable parts; whole when there are no faults. */
  graph: FlowGraph
  /** The ids of all blocks, also of those that are faulty otherwise. */
  ids: ReadonlySet<string>
  blocks: CheckedBlock[]
  arrows: { path: string; arrow: Arrow }[]
  triggers: { path: string; trigger: Trigger }[]
  faults: Fault[]
}

/** Reads a flow part by part, so that one faulty part does not hide the faults of the others. */
export function readFlow(input: unknown, registry: BlockRegistry): CheckedFlow {
  const parsed = flowSchema.safeParse(input)
  const faults = parsed.success
    ? []
    : faultsOf(parsed.error).map((fault) => ({ ...fault, path: named(fault.path, input) }))
  const nodes = readable(input, 'blocks', blockNodeSchema)
  const arrows = readable(input, 'arrows', arrowSchema)
  const triggers = readable(input, 'triggers', triggerSchema)
  const blocks = nodes.map(({ path, item }) => checkedBlock(named(path, input), item, registry, faults))
  const name = fieldOf(input, 'name')
  return {
    graph: {
      name: typeof name === 'string' ? name : '',
      triggers: triggers.map(({ item }) => item),
      blocks: blocks.map(({ node, options }) => ({ ...node, options: options ?? node.options })),
      arrows: arrows.map(({ item }) => item),
    },
    ids: new Set(
      listOf(input, 'blocks').flatMap((block) => {
        const id = fieldOf(block, 'id')
        return typeof id === 'string' ? [id] : []
      }),
    ),
    blocks,
    arrows: arrows.map(({ path, item }) => ({ path, arrow: item })),
    triggers: triggers.map(({ path, item }) => ({ path, trigger: item })),
    faults,
  }
}

function checkedBlock(path: string, node: BlockNode, registry: BlockRegistry, faults: Fault[]): CheckedBlock {
  const definition = registry.get(node.type)
  if (!definition) {
    const known = [...registry.keys()].join(', ')
    faults.push({ path: `${path}.type`, message: `there is no block type "${node.type}"; expected one of ${known}` })
    return { path, node }
  }
  const parsed = definition.options.safeParse(node.options)
  if (!parsed.success) {
    faults.push(...faultsOf(parsed.error, `${path}.options`))
    return { path, node, definition }
  }
  return { path, node, definition, options: parsed.data, outputs: outputsOf(node, definition.outputs(parsed.data)) }
}

/** A script may fail, so a block that carries one has the output `error` too. */
function outputsOf(node: BlockNode, outputs: string[]): string[] {
  return node.script?.trim() && !outputs.includes('error') ? [...outputs, 'error'] : outputs
}

interface Schema<Item> {
  safeParse(value: unknown): { success: true; data: Item } | { success: false; error: ZodError }
}

/** The items of a list that their schema accepts. */
function readable<Item>(input: unknown, list: string, schema: Schema<Item>): { path: string; item: Item }[] {
  return listOf(input, list).flatMap((raw, index) => {
    const parsed = schema.safeParse(raw)
    return parsed.success ? [{ path: `${list}[${index}]`, item: parsed.data }] : []
  })
}

/** A path that begins with a block's place tells its type and name, too. */
function named(path: string, input: unknown): string {
  return path.replace(/^blocks\[(\d+)\]/, (place, index: string) => {
    const block = listOf(input, 'blocks')[Number(index)]
    const [type, name, id] = ['type', 'name', 'id'].map((field) => fieldOf(block, field))
    const words = [typeof type === 'string' ? type : '', JSON.stringify(name || id || '')]
    return `${place} (${words.filter((word) => word !== '' && word !== '""').join(' ') || 'unnamed'})`
  })
}

function listOf(input: unknown, list: string): unknown[] {
  const value = fieldOf(input, list)
  return Array.isArray(value) ? value : []
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined
}
