import type { PlacedDeal } from '../../crm/deals.store.ts'
import type { CompiledFlow } from './compiled-flow.ts'
import { enterFlow, type Run } from './runs.store.ts'
import { type RunState, subjectOf, type ThreadContext } from './thread-context.ts'

/**
 * Begins a run of a flow. The subject becomes the flow's subscriber when `subscribe`; an earlier run of the same flow that still
 * waits is over then. Undefined when the subject is kept out of the flow.
 */
export async function beginRun(
  context: ThreadContext,
  flow: CompiledFlow,
  input: {
    contactId: number | null
    conversationId: number | null
    sendingChannelId: number | null
    deal: PlacedDeal | undefined
    variables: Record<string, unknown>
    /** The change that begins it, or that began the run which starts this one. */
    cause: Run['cause']
    subscribe: boolean
    /** Of the run that starts this one, so that flows which start one another are noticed as a circle. */
    visits?: Record<string, number>
  },
): Promise<RunState | undefined> {
  const subjectId = subjectOf(input)
  const admitted = await enterFlow(
    context.tx,
    { projectId: context.project.id, flowId: flow.flowId, subjectId, now: context.now },
    input.subscribe,
  )
  if (!admitted) return undefined
  if (input.subscribe) {
    for (const other of context.runs) {
      if (other.run.flowId === flow.flowId && other.run.status === 'active') endRun(context, other, 'stopped', null)
    }
  }
  const state: RunState = {
    run: {
      id: context.nextId(),
      projectId: context.project.id,
      flowId: flow.flowId,
      versionId: flow.versionId,
      contactId: input.contactId,
      conversationId: input.conversationId,
      threadId: context.thread.id,
      status: 'active',
      branches: [],
      variables: input.variables,
      cause: input.cause,
      dealId: input.deal?.deal.id ?? null,
      sendingChannelId: input.sendingChannelId,
      dueAt: null,
      inbox: [],
      callHolder: null,
      error: null,
      startedAt: context.now,
      updatedAt: context.now,
      endedAt: null,
    },
    flow,
    deal: input.deal,
    isNew: true,
    touched: true,
    visits: input.visits ?? {},
  }
  context.runs.push(state)
  recordRun(context, state, 'run.started')
  return state
}

/** The run is over; nothing of it waits any more. Messages that waited for its work outside are let go, to take their turn. */
export function endRun(
  context: ThreadContext,
  state: RunState,
  status: 'ended' | 'stopped' | 'failed',
  error: string | null,
): void {
  const { run } = state
  context.released.push(...run.inbox)
  run.status = status
  run.error = error
  run.branches = []
  run.inbox = []
  run.dueAt = null
  run.callHolder = null
  run.endedAt = context.now
  state.touched = true
  recordRun(context, state, `run.${status}`)
}

/**
 * After runs were moved: those in which nothing waits have ended, the others know when they are due. While people have the
 * conversation nothing becomes due; what did meanwhile goes on when it is given back.
 */
export function closeMove(context: ThreadContext): void {
  const manual = context.thread.conversation?.mode === 'manual'
  for (const state of context.runs) {
    const { run } = state
    if (!state.touched || run.status !== 'active') continue
    if (run.branches.length === 0) {
      endRun(context, state, 'ended', null)
      continue
    }
    run.dueAt = manual
      ? null
      : earliest(run.branches.flatMap((branch) => (branch.dueAt ? [new Date(branch.dueAt)] : [])))
    run.callHolder = run.branches.some((branch) => branch.kind === 'call') ? context.process : null
  }
}

function earliest(moments: Date[]): Date | null {
  return moments.length === 0 ? null : new Date(Math.min(...moments.map((moment) => moment.getTime())))
}

function recordRun(context: ThreadContext, state: RunState, kind: string): void {
  const { run, flow } = state
  context.writes.changes.push({
    projectId: run.projectId,
    kind,
    contactId: run.contactId,
    conversationId: run.conversationId,
    dealId: run.dealId,
    data: { run: run.id, flow: flow.flowId, flowName: flow.name, ...(run.error && { error: run.error }) },
    at: context.now,
  })
}
