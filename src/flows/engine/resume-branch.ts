import type { Reply, Resumption } from '../block.ts'
import type { Branch, PauseBranch, ReplyBranch } from '../run.ts'
import type { Entry } from './move-runs.ts'
import type { RunState } from './thread-context.ts'

/** Takes a branch that the reply answers out of its run, and says how the run goes on. */
export function resumeWithReply(state: RunState, branch: ReplyBranch, reply: Reply): Entry {
  remove(state, branch)
  state.visits = {}
  if (branch.output !== undefined) return { state, block: branch.block, as: { do: 'leave', output: branch.output } }
  return resumed(state, branch, { because: 'reply', reply })
}

/** The same for a branch whose moment has come. */
export function resumeInTime(state: RunState, branch: PauseBranch | ReplyBranch): Entry {
  remove(state, branch)
  state.visits = {}
  if (branch.kind === 'reply') return resumed(state, branch, { because: 'time' })
  if (branch.next.do === 'resume') {
    const { result } = branch.next
    return resumed(state, branch, result ? { because: 'result', result } : { because: 'time' })
  }
  if (branch.next.do === 'enter') return { state, block: branch.block, as: { do: 'enter' } }
  return { state, block: branch.block, as: branch.next }
}

/** The same for a branch whose work outside is done. */
export function resumeWithResult(
  state: RunState,
  branch: Extract<Branch, { kind: 'call' }>,
  resumption: Resumption,
): Entry {
  remove(state, branch)
  state.visits = { ...branch.visits }
  return resumed(state, branch, resumption)
}

/** The message that moved the run to where the branch waits. */
export function replyOf(branch: Branch): Reply | undefined {
  const { reply } = branch
  return reply && { ...reply, at: new Date(reply.at), entities: [], parts: [] }
}

function resumed(state: RunState, branch: Branch, resumption: Resumption): Entry {
  return {
    state,
    block: branch.block,
    as: { do: 'resume', resumption, kept: branch.state ?? {}, waited: branch.kind === 'reply' },
  }
}

function remove(state: RunState, branch: Branch): void {
  state.run.branches = state.run.branches.filter((other) => other.id !== branch.id)
  state.touched = true
}
