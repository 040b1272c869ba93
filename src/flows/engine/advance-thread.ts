import { readMessages } from '../../conversations/messages.store.ts'
import { applyEvent } from '../../conversations/receive/apply-event.ts'
import type { ApplyTools } from '../../conversations/receive/apply-tools.ts'
import { joinAlbums } from '../../conversations/receive/join-albums.ts'
import type { CallResult } from '../block.ts'
import type { Branch, CallBranch, PauseBranch } from '../run.ts'
import { moveRuns } from './move-runs.ts'
import { replyOf, resumeInTime, resumeWithResult } from './resume-branch.ts'
import { closeMove } from './run-state.ts'
import { hear, speakerBehind, speakerOf } from './speaker.ts'
import { callingRun, takeMessage, takeWaitingMessage } from './take-message.ts'
import { takeSignal } from './take-signal.ts'
import type { RunState, ThreadContext } from './thread-context.ts'

/** What a thread is advanced for, besides the events that line up in it. */
export interface ThreadWork {
  /** Runs for which a moment has come. */
  due: Set<number>
  results: CallAnswer[]
  /** Runs whose work outside is begun again, with the process that did it and is gone. */
  orphans: Map<number, string>
}

/** What came of work outside. */
export interface CallAnswer {
  runId: number
  branchId: number
  result: CallResult
}

/**
 * Advances a thread under its lock: answers of work outside first, then moments that have come, then its events, the
 * oldest first. Gives the moment until which the rest is held back, if it is.
 */
export async function advanceThread(
  context: ThreadContext,
  work: ThreadWork,
  tools: ApplyTools,
): Promise<Date | undefined> {
  for (const [runId, holder] of work.orphans) adoptCalls(context, runId, holder)
  for (const answer of work.results) await takeAnswer(context, answer)
  for (const runId of work.due) await takeDue(context, runId)
  await takeReleased(context)
  const { thread, writes } = context
  const events = joinAlbums(thread.events)
  for (const [index, queued] of events.entries()) {
    const held = queued.holdUntil ? new Date(queued.holdUntil) : undefined
    if (held && held > context.now) {
      for (const rest of events.slice(index)) for (const part of rest.parts) writes.postpone(thread, part)
      return held
    }
    await context.reserveIds()
    if (queued.event.kind === 'signal') await takeSignal(context, queued.event)
    else {
      const incoming = await applyEvent(tools, thread, queued.event)
      if (incoming) await takeMessage(context, incoming)
    }
    await takeReleased(context)
    for (const part of queued.parts) writes.finish(thread, part)
  }
  return undefined
}

async function takeAnswer(context: ThreadContext, { runId, branchId, result }: CallAnswer): Promise<void> {
  const state = activeRun(context, runId)
  const branch = state?.run.branches.find((other) => other.id === branchId)
  if (!state || branch?.kind !== 'call') return
  if (context.thread.conversation?.mode === 'manual') {
    keepResult(state, branch, result, context.now)
    return closeMove(context)
  }
  context.released.push(...state.run.inbox)
  state.run.inbox = []
  await recall(context, branch)
  await moveRuns(context, [resumeWithResult(state, branch, { because: 'result', result })])
  await takeReleased(context)
}

/** While people have the conversation the run stays where it is; it goes on with the result when they give it back. */
function keepResult(state: RunState, branch: CallBranch, result: CallResult, now: Date): void {
  const { caller: _, request: __, visits: ___, ...kept } = branch
  const pause: PauseBranch = {
    ...kept,
    kind: 'pause',
    dueAt: now.toISOString(),
    next: { do: 'resume', result },
    cancelledByReply: false,
    holdsMessages: false,
  }
  state.run.branches = state.run.branches.map((other) => (other.id === branch.id ? pause : other))
  state.run.inbox = []
  state.touched = true
}

/** Messages that came while work outside was under way take their turn, until other work begins. */
async function takeReleased(context: ThreadContext): Promise<void> {
  const { conversation } = context.thread
  if (context.released.length === 0 || !conversation) return
  const messages = await readMessages(context.tx, context.released)
  context.released.length = 0
  for (const [index, message] of messages.entries()) {
    const calling = callingRun(context)
    if (calling) {
      calling.run.inbox = [...calling.run.inbox, ...messages.slice(index).map((rest) => rest.id)]
      calling.touched = true
      return
    }
    const speaker = await speakerOf(context, message)
    if (speaker.sender || speaker.manager) await takeWaitingMessage(context, message, speaker, conversation)
  }
}

async function takeDue(context: ThreadContext, runId: number): Promise<void> {
  for (;;) {
    const state = activeRun(context, runId)
    const branch = state && earliestDue(state, context.now)
    if (!state || !branch) return
    state.touched = true
    if (context.thread.conversation?.mode === 'manual') return closeMove(context)
    await recall(context, branch)
    await moveRuns(context, [resumeInTime(state, branch)])
  }
}

function earliestDue(state: RunState, now: Date): Exclude<Branch, { kind: 'call' }> | undefined {
  return state.run.branches
    .filter((branch) => branch.kind !== 'call')
    .filter((branch) => branch.dueAt !== undefined && new Date(branch.dueAt) <= now)
    .toSorted((one, other) => one.dueAt!.localeCompare(other.dueAt!))[0]
}

/** Brings back the message and sender that the steps behind a branch still see. */
async function recall(context: ThreadContext, branch: Branch): Promise<void> {
  context.reply = replyOf(branch)
  await hear(context, await speakerBehind(context, branch))
}

/** Takes over the work outside of a process that is gone. */
function adoptCalls(context: ThreadContext, runId: number, holder: string): void {
  const state = activeRun(context, runId)
  // Another process may have been first.
  if (state?.run.callHolder !== holder) return
  state.touched = true
  for (const branch of state.run.branches) {
    if (branch.kind === 'call') context.calls.push({ runId, threadId: state.run.threadId, branch })
  }
  closeMove(context)
}

function activeRun(context: ThreadContext, runId: number): RunState | undefined {
  return context.runs.find(({ run }) => run.id === runId && run.status === 'active')
}
