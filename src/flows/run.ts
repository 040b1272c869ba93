/** What a branch of a run waits for: the contact's reply, a moment, or work outside. */
export type Branch = ReplyBranch | PauseBranch | CallBranch

interface BranchBase {
  /** Grows within the run, so the greatest of the reply branches is the one that asked last. */
  id: number
  block: string
  /** What the block keeps until it is resumed: attempts, offered choices. */
  state?: Record<string, unknown>
  /** When it goes on by itself, ISO 8601. */
  dueAt?: string
}

/** The block asked and waits for the contact. Without `output` the block is resumed with the reply; with it the run takes that output. */
export interface ReplyBranch extends BranchBase {
  kind: 'reply'
  output?: string
}

/** A pause: of a delay block, of a delayed arrow (a pended message), or a message delay. */
export interface PauseBranch extends BranchBase {
  kind: 'pause'
  dueAt: string
  /** What follows: the block is resumed, it is entered, or (its work being done) the run takes the chosen output. */
  then: { do: 'resume' } | { do: 'enter' } | { do: 'settle'; output: string }
  /** A reply of the contact cancels it: a pended message whose arrow does not say "do not cancel". */
  cancelledByReply: boolean
  /** The contact's messages are stored but do not move the flow until it is over: a message delay. */
  holdsMessages: boolean
}

/** Work outside, started after the commit. */
export interface CallBranch extends BranchBase {
  kind: 'call'
  /** Who does it, `http`, and what it is asked. */
  caller: string
  request: unknown
  /** Steps since the run last waited for a person or a moment, so that a circle of calls is noticed too. */
  hops: number
}
