import type { BlockRegistry } from '../flows/block.ts'
import { blocks as flowBlocks } from '../flows/blocks/registry.ts'
import { syncBlocks } from '../sync/blocks/registry.ts'

/** All blocks that the program has. */
export const blocks: BlockRegistry = new Map([...flowBlocks, ...syncBlocks])
