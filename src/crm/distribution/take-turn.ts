import type { DistributionMethod, Turns } from './distribution.table.ts'

/** An operator who can be given something now. */
export interface Candidate {
  id: number
  /** How many of each round by share. */
  share: number
  /** How much this operator has in hand: open conversations, and open deals where these are equal. */
  conversations: number
  deals: number
}

/**
 * Chooses whose turn it is, and gives the turns as they stand then. Candidates come in the order of their numbers. Undefined
 * when nobody can be chosen.
 */
export function takeTurn(
  method: DistributionMethod,
  candidates: readonly Candidate[],
  turns: Turns,
): { id: number; turns: Turns } | undefined {
  if (method === 'share') return byShare(candidates, turns)
  const wanted = method === 'least_busy' ? leastBusy(candidates) : candidates
  const next = wanted.find(({ id }) => turns.last === undefined || id > turns.last) ?? wanted[0]
  return next && { id: next.id, turns: { ...turns, last: next.id } }
}

/** Those who have the least in hand: of several, the turn decides. */
function leastBusy(candidates: readonly Candidate[]): Candidate[] {
  const conversations = Math.min(...candidates.map((candidate) => candidate.conversations))
  const idle = candidates.filter((candidate) => candidate.conversations === conversations)
  const deals = Math.min(...idle.map((candidate) => candidate.deals))
  return idle.filter((candidate) => candidate.deals === deals)
}

/**
 * Everybody is owed as much as their share says, and who is owed the most has the turn and pays for the round: so the turns
 * lie evenly, and a full round gives everybody exactly their share ("smooth weighted round robin").
 */
function byShare(candidates: readonly Candidate[], turns: Turns): { id: number; turns: Turns } | undefined {
  const sharing = candidates.filter(({ share }) => share > 0)
  const round = sharing.reduce((sum, { share }) => sum + share, 0)
  // What is owed from before shares were changed, or others came and went, never outweighs one round.
  const owed = sharing.map(({ id, share }) => {
    const before = Math.max(-round, Math.min(round, turns.owed?.[id] ?? 0))
    return { id, owed: before + share }
  })
  const [first, ...others] = owed
  if (!first) return undefined
  const next = others.reduce((most, one) => (one.owed > most.owed ? one : most), first)
  next.owed -= round
  return {
    id: next.id,
    turns: { last: next.id, owed: { ...turns.owed, ...Object.fromEntries(owed.map((one) => [one.id, one.owed])) } },
  }
}
