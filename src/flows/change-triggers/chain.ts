import type { Actor, ChangeChain } from '../../team/context.ts'

/** So many flows may start one another by the changes they make; the next one is not started. */
export const longestChain = 10

/** A chain that is older, in milliseconds, begins anew: what happens so slowly keeps nobody busy, and may be meant. */
export const chainMs = 60 * 60 * 1000

/** The place in its chain of a flow that a change starts. */
export function nextLink(by: Actor | undefined, at: Date): ChangeChain {
  const chain = by?.kind === 'flow' ? by.chain : undefined
  if (!chain || at.getTime() - Date.parse(chain.since) > chainMs) return { depth: 1, since: at.toISOString() }
  return { depth: chain.depth + 1, since: chain.since }
}
