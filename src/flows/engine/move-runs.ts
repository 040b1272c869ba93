import { durationMs } from '../../platform/duration.ts'
import { AppError, messageOf } from '../../platform/errors.ts'
import type { FlowPoint } from '../actions.ts'
import type { Outcome, Resumption } from '../block.ts'
import type { Branch } from '../run.ts'
import { executeStep, handOver } from './execute-step.ts'
import { beginRun, closeMove, endRun } from './run-state.ts'
import { setFlowBlocked } from './runs.store.ts'
import { type RunState, subjectOf, type ThreadContext } from './thread-context.ts'

/** One thing that is to happen in a run now. */
export interface Entry {
  state: RunState
  block: string
  /** The block does its work; is resumed; or has done it and the run takes an output. */
  as:
    | { do: 'enter' }
    | { do: 'resume'; resumption: Resumption; kept: Record<string, unknown>; waited: boolean }
    | { do: 'settle'; output: string; waited: boolean }
    | { do: 'leave'; output: string }
}

/** A block passed so often without waiting stands in a circle that nobody gets out of. */
const circleLimit = 100

/** Moves runs until each of their branches waits or is over. */
export async function moveRuns(context: ThreadContext, entries: Entry[]): Promise<void> {
  const queue = [...entries]
  while (queue.length > 0) {
    // Actions go before messages.
    const index = Math.max(
      0,
      queue.findIndex((entry) => !isMessage(entry)),
    )
    const [entry] = queue.splice(index, 1)
    if (entry?.state.run.status !== 'active') continue
    entry.state.touched = true
    queue.push(...(await move(context, entry)))
  }
  closeMove(context)
}

function isMessage(entry: Entry): boolean {
  return (
    entry.as.do === 'enter' &&
    entry.state.flow.has(entry.block) &&
    entry.state.flow.block(entry.block).definition.kind === 'message'
  )
}

async function move(context: ThreadContext, entry: Entry): Promise<Entry[]> {
  const { state, block, as } = entry
  if (!state.flow.has(block)) {
    const fault = state.flow.fault(block)
    const why = fault ? messageOf(fault) : `The flow "${state.flow.name}" has no block "${block}" in this version.`
    endRun(context, state, 'failed', why)
    return []
  }
  if (as.do === 'settle') return settle(context, state, block, as.output, as.waited)
  if (as.do === 'leave') return leave(context, state, block, as.output)
  const place = `${state.run.flowId}:${block}`
  const visits = (state.visits[place] ?? 0) + 1
  state.visits[place] = visits
  if (visits > circleLimit) {
    endRun(
      context,
      state,
      'failed',
      `The blocks ${circleOf(context, state)} form a circle in which nothing waits; the run was stopped after ${circleLimit} rounds.`,
    )
    return []
  }
  const started: Entry[] = []
  await context.reserveIds()
  const outcome = await executeStep(context, state, block, as.do === 'resume' ? as : undefined, {
    startFlow: async (point) => {
      started.push(...(await startOther(context, state, point)))
    },
    stopFlow: async (point) => stopOther(context, point),
  })
  const waited = as.do === 'resume' && as.waited
  const followed = await follow(context, state, block, outcome, waited)
  // A step that failed takes back the runs that it had begun.
  return [...followed, ...started.filter((entry) => context.runs.includes(entry.state))]
}

/** The blocks that a run has passed again and again, named; those of other flows with their flow. */
function circleOf(context: ThreadContext, state: RunState): string {
  const names = Object.entries(state.visits).flatMap(([place, count]) => {
    if (count < circleLimit - 1) return []
    const [flowId, block] = place.split(':')
    if (Number(flowId) === state.run.flowId) return [`"${block}"`]
    const other = context.flows.live(context.project.id).find((live) => live.flowId === Number(flowId))
    return [`"${block}" of the flow "${other?.name ?? flowId}"`]
  })
  return names.join(', ')
}

async function follow(
  context: ThreadContext,
  state: RunState,
  block: string,
  outcome: Outcome,
  waited: boolean,
): Promise<Entry[]> {
  switch (outcome.do) {
    case 'next': {
      const { messageDelay } = state.flow.block(block).node
      if (!messageDelay) return settle(context, state, block, outcome.output, waited)
      addBranch(context, state, {
        kind: 'pause',
        block,
        dueAt: later(context, durationMs(messageDelay)),
        next: { do: 'settle', output: outcome.output, waited },
        cancelledByReply: false,
        holdsMessages: true,
      })
      return []
    }
    case 'wait':
      if (outcome.for === 'reply')
        addBranch(context, state, { kind: 'reply', block, state: outcome.state, dueAt: outcome.until?.toISOString() })
      else
        addBranch(context, state, {
          kind: 'pause',
          block,
          dueAt: outcome.until!.toISOString(),
          next: { do: 'resume' },
          cancelledByReply: false,
          holdsMessages: false,
          state: outcome.state,
        })
      return []
    case 'call': {
      const request = JSON.stringify(outcome.request)
      const branch = addBranch(context, state, {
        kind: 'call',
        block,
        caller: outcome.caller,
        request: context.seal(request),
        state: outcome.state,
        visits: { ...state.visits },
      })
      context.calls.push({ runId: state.run.id, threadId: state.run.threadId, branch, request })
      return []
    }
    case 'end':
      return []
    case 'fail':
      if (state.flow.arrows(block, 'error').length > 0) return settle(context, state, block, 'error', waited)
      endRun(context, state, 'failed', `Block "${block}": ${outcome.message}`)
      return []
  }
}

/** The block's work is done: its state says whether the run goes on. */
async function settle(
  context: ThreadContext,
  state: RunState,
  block: string,
  output: string,
  waited: boolean,
): Promise<Entry[]> {
  const { node } = state.flow.block(block)
  if (node.state === 'block') {
    const { projectId, flowId } = state.run
    await setFlowBlocked(context.tx, { projectId, flowId, subjectId: subjectOf(state.run), now: context.now }, true)
    for (const other of context.runs) {
      const isSame = other.run.flowId === flowId && subjectOf(other.run) === subjectOf(state.run)
      if (isSame && other.run.status === 'active') endRun(context, other, 'stopped', null)
    }
    return []
  }
  if ((node.state === 'wait' && !waited) || node.state === 'manual') {
    if (node.state === 'manual') await handOver(context, state, block)
    addBranch(context, state, { kind: 'reply', block, output })
    return []
  }
  return leave(context, state, block, output)
}

/** The run takes the arrows of an output. */
function leave(context: ThreadContext, state: RunState, block: string, output: string): Entry[] {
  const entries: Entry[] = []
  for (const arrow of state.flow.arrows(block, output)) {
    if (!arrow.delay) {
      entries.push({ state, block: arrow.to, as: { do: 'enter' } })
      continue
    }
    addBranch(context, state, {
      kind: 'pause',
      block: arrow.to,
      dueAt: later(context, durationMs(arrow.delay)),
      next: { do: 'enter' },
      cancelledByReply: !arrow.keepWhenReplied,
      holdsMessages: false,
    })
  }
  return entries
}

type BranchDraft = Branch extends infer B ? (B extends Branch ? Omit<B, 'id'> : never) : never

function addBranch<Draft extends BranchDraft>(context: ThreadContext, state: RunState, branch: Draft): Draft & Branch {
  const { reply, manager } = context
  const added = {
    ...branch,
    id: context.nextId(),
    ...(reply && {
      reply: {
        id: reply.id,
        text: reply.text,
        externalId: reply.externalId,
        at: reply.at.toISOString(),
        addressesBot: reply.addressesBot,
      },
    }),
    ...(state.run.contactId === null && context.sender && { senderId: context.sender.id }),
    ...(manager && { manager }),
  } as Draft & Branch
  state.run.branches = [...state.run.branches, added]
  return added
}

async function startOther(context: ThreadContext, from: RunState, point: FlowPoint): Promise<Entry[]> {
  const flow = context.flows.live(context.project.id).find((live) => live.name === point.flow)
  if (!flow)
    throw new AppError('not_found', `The flow "${point.flow}" is not published; expected the name of a published flow.`)
  const block = point.block ?? flow.triggers[0]?.to
  if (!block || !flow.has(block)) {
    throw new AppError(
      'not_found',
      `The flow "${point.flow}" has no ${point.block ? `block "${point.block}"` : 'trigger to begin with'} in its published version.`,
    )
  }
  const state = await beginRun(context, flow, {
    contactId: from.run.contactId,
    conversationId: from.run.conversationId,
    sendingChannelId: from.run.sendingChannelId,
    deal: from.deal,
    variables: {},
    cause: from.run.cause,
    subscribe: false,
    visits: from.visits,
  })
  return state ? [{ state, block, as: { do: 'enter' } }] : []
}

/** Ends what waits at or behind the block in all runs of that flow; what starts there later does run. */
function stopOther(context: ThreadContext, point: FlowPoint): number {
  const live = context.flows.live(context.project.id).find((flow) => flow.name === point.flow)
  let ended = 0
  for (const state of context.runs) {
    const isMeant = live ? state.run.flowId === live.flowId : state.flow.name === point.flow
    if (!isMeant || state.run.status !== 'active') continue
    const behind = point.block
      ? state.flow.has(point.block)
        ? state.flow.behind(point.block)
        : new Set<string>()
      : undefined
    const kept = state.run.branches.filter((branch) => behind !== undefined && !behind.has(branch.block))
    ended += state.run.branches.length - kept.length
    state.run.branches = kept
    state.touched = true
  }
  return ended
}

function later(context: ThreadContext, ms: number): string {
  return new Date(context.now.getTime() + ms).toISOString()
}
