import type { Fault } from '../platform/errors.ts'
import type { CheckedBlock, CheckedFlow } from './read-flow.ts'

/**
 * Circles that can never come to rest: every block in them goes on at once, by its only output, with no script, delay or
 * pause that could end or hold it. A circle with a choice in it may end; the run is watched for those.
 */
export function restlessCircles({ blocks, arrows }: CheckedFlow): Fault[] {
  const restless = new Map(blocks.filter(neverRests).map((block) => [block.node.id, block]))
  const following = new Map<string, string[]>()
  for (const { arrow } of arrows) {
    if (arrow.delay !== undefined || !restless.has(arrow.from) || !restless.has(arrow.to)) continue
    following.set(arrow.from, [...(following.get(arrow.from) ?? []), arrow.to])
  }
  const faults: Fault[] = []
  const told = new Set<string>()
  for (const [id, block] of restless) {
    const circle = told.has(id) ? undefined : shortestCircle(id, following)
    if (!circle) continue
    for (const member of circle) told.add(member)
    const way = [...circle, id].map((member) => `"${member}"`).join(' → ')
    faults.push({
      path: block.path,
      message: `goes round for ever without waiting: ${way}; expected a block in it that waits or chooses`,
    })
  }
  return faults
}

function neverRests({ node, definition, options, outputs }: CheckedBlock): boolean {
  if (!definition || !options || outputs?.length !== 1) return false
  const waits = node.state !== 'skip' || node.messageDelay !== undefined || (definition.waits?.(options) ?? false)
  return !waits && !node.script
}

/** The blocks of the shortest way from a block back to itself, beginning with it. */
function shortestCircle(start: string, following: ReadonlyMap<string, string[]>): string[] | undefined {
  const cameFrom = new Map<string, string>()
  const queue = [start]
  for (const id of queue) {
    for (const target of following.get(id) ?? []) {
      if (target === start) return wayTo(id, cameFrom)
      if (cameFrom.has(target)) continue
      cameFrom.set(target, id)
      queue.push(target)
    }
  }
  return undefined
}

function wayTo(end: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way = [end]
  for (let before = cameFrom.get(end); before !== undefined; before = cameFrom.get(before)) way.unshift(before)
  return way
}
