import type { ChangeChain } from '../team/context.ts'
import type { CallResult } from './block.ts'

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
  /** The message that moved the run here, and in a group its sender: the steps to come still see them. */
  reply?: { id: number; text: string; externalId: string | null; at: string; addressesBot?: boolean }
  senderId?: number
  /** Of a group in which a manager wrote it. */
  manager?: { id: number | null; name: string }
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
  /** What follows: the block is resumed (with the result of its work outside, if that came in manual mode), it is entered, or (its work being done) the run takes the chosen output. */
  next: { do: 'resume'; result?: CallResult } | { do: 'enter' } | { do: 'settle'; output: string; waited: boolean }
  /** A reply of the contact cancels it: a pended message whose arrow does not say "do not cancel". */
  cancelledByReply: boolean
  /** The contact's messages are stored but do not move the flow until it is over: a message delay. */
  holdsMessages: boolean
}

/** Work outside, started after the commit. */
export interface CallBranch extends BranchBase {
  kind: 'call'
  /** Who does it (`http`), and what it is asked; sealed, as it may hold secrets. */
  caller: string
  request: string
  /** How often each block was passed since the run last waited, so that a circle of calls is noticed too. */
  visits: Record<string, number>
}

/** Of a run that a change began: what the change was, and how it came about. */
export interface RunCause {
  /** What placeholders see as `trigger`. */
  trigger: Record<string, unknown>
  chain: ChangeChain
}
