import type { BlockDefinition, BlockRegistry } from '../../flows/block.ts'
import { contactInCrm } from './contact-in-crm.ts'
import { dealInCrm } from './deal-in-crm.ts'

/** The blocks that need what other systems know. */
export const syncBlocks: BlockRegistry = new Map(
  [dealInCrm, contactInCrm].map((definition): [string, BlockDefinition] => [definition.type, definition]),
)
