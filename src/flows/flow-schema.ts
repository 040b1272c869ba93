import { z } from 'zod'
import type { BlockDefinition, BlockRegistry } from './block.ts'
import { blockNodeSchema, flowSchema } from './flow.ts'

/** The published JSON Schema (draft 2020-12) of a flow as it is written down, with the options of each block type. */
export function flowJsonSchema(registry: BlockRegistry): Record<string, unknown> {
  const [first, ...others] = [...registry.values()].map(blockSchema)
  const blocks = first ? z.discriminatedUnion('type', [first, ...others]) : blockNodeSchema
  const schema = flowSchema.extend({ blocks: z.array(blocks).max(2000).default([]) })
  return {
    ...z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' }),
    title: 'Flow',
    description: 'Blocks joined by arrows, and the triggers that begin with one of them.',
  }
}

function blockSchema({ type, summary, options }: BlockDefinition) {
  const canBeAbsent = options.safeParse({}).success
  return blockNodeSchema
    .extend({ type: z.literal(type), options: canBeAbsent ? options.optional() : options })
    .describe(summary)
}
