import { getContact } from '../../contacts/get-contact.ts'
import type { Conversation } from '../../conversations/conversation.ts'
import { latestConversation } from '../../conversations/conversations.store.ts'
import { getConversation } from '../../conversations/get-conversation.ts'
import { BatchWrites } from '../../conversations/receive/batch-writes.store.ts'
import type { PlacedDeal } from '../../crm/deals.store.ts'
import { getDeal } from '../../crm/get-deal.ts'
import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { invalidInput } from '../../platform/faults.ts'
import type { WorkContext } from '../../team/context.ts'
import { listRuns } from '../trace.store.ts'
import { makeStep, type Step } from './actions/step.ts'
import { type CompiledFlow, compileFlow } from './compiled-flow.ts'
import type { EngineCache } from './engine-cache.ts'
import type { RunState, ThreadContext } from './thread-context.ts'

/** For whom, and where, something is tried. */
export interface Rehearsal {
  contactId: number
  /** The run's deal; none when absent. */
  dealId?: number
  /** The contact's latest one when absent. */
  conversationId?: number
  /** The flow that the run is of, which has to be published; one without blocks when absent. */
  flowId?: number
  /** The variables of the run. */
  variables: Record<string, unknown>
}

/**
 * A step of a run that there is not, in a transaction that is to be rolled back: whatever it does is real until then, but
 * nothing is sent. Throws `not_found`, and `invalid` when deal or conversation are not the contact's.
 */
export async function rehearseStep(
  tx: Tx,
  work: WorkContext,
  cache: EngineCache,
  input: Rehearsal,
): Promise<{ step: Step; context: ThreadContext }> {
  const { projectId, now } = work
  const contact = await getContact(tx, projectId, input.contactId)
  const deal = input.dealId === undefined ? undefined : await getDeal(tx, projectId, input.dealId)
  refuseForeign('dealId', deal?.deal.contactId, contact.id)
  const conversation = await conversationOf(tx, projectId, contact.id, input.conversationId)
  const waiting = await listRuns(tx, projectId, { contactId: contact.id, status: 'active', limit: 200 })
  await cache.ensure(
    tx,
    [projectId],
    waiting.items.map((run) => run.versionId),
  )
  const state = newState(
    work,
    { ...input, contactId: contact.id },
    { deal, conversation, flow: flowOf(cache, projectId, input.flowId) },
  )
  let ids = 0
  const context: ThreadContext = {
    tx,
    now,
    thread: {
      id: 0,
      projectId,
      channelId: conversation?.channelId ?? 0,
      externalId: '',
      conversation,
      contact,
      events: [],
    },
    project: cache.project(projectId),
    writes: new BatchWrites(now),
    runs: [
      ...waiting.items.map((run) => ({ ...state, run, flow: cache.version(run.versionId), deal: undefined })),
      state,
    ],
    steps: [],
    conversations: new Map(),
    flows: cache,
    // Nothing is said, so no channel is asked.
    channels: { capabilities: () => undefined, threadFor: () => undefined, nameOf: () => undefined },
    reply: undefined,
    sender: contact,
    manager: undefined,
    client: undefined,
    process: '',
    calls: [],
    released: [],
    nextId: () => ++ids,
    reserveIds: async () => {},
    renewIds: async () => {},
    seal: (text) => text,
  }
  const control = { startFlow: async () => {}, stopFlow: async () => 0 }
  return { step: makeStep(context, state, '', {}, control, async () => {}), context }
}

async function conversationOf(
  tx: Tx,
  projectId: number,
  contactId: number,
  id: number | undefined,
): Promise<Conversation | undefined> {
  if (id === undefined) return (await latestConversation(tx, contactId, null))?.conversation
  const conversation = await getConversation(tx, projectId, id)
  refuseForeign('conversationId', conversation.contactId, contactId)
  return conversation
}

function refuseForeign(path: string, owner: number | null | undefined, contactId: number): void {
  if (owner === undefined || owner === contactId) return
  const whose = owner === null ? 'nobody' : `contact ${owner}`
  throw invalidInput('rehearsal', [{ path, message: `is of ${whose}; expected one of contact ${contactId}` }])
}

function flowOf(cache: EngineCache, projectId: number, flowId: number | undefined): CompiledFlow {
  if (flowId === undefined) {
    const graph = { name: '', triggers: [], blocks: [], arrows: [] }
    return compileFlow({ flowId: 0, versionId: 0, graph }, new Map())
  }
  const flow = cache.live(projectId).find((live) => live.flowId === flowId)
  if (flow) return flow
  throw new AppError('not_found', `There is no published flow ${flowId} in this project.`)
}

function newState(
  { projectId, now }: WorkContext,
  { contactId, variables }: Rehearsal,
  { deal, conversation, flow }: { deal?: PlacedDeal; conversation?: Conversation; flow: CompiledFlow },
): RunState {
  return {
    run: {
      id: 0,
      projectId,
      flowId: flow.flowId,
      versionId: flow.versionId,
      contactId,
      conversationId: conversation?.id ?? null,
      threadId: 0,
      status: 'active',
      branches: [],
      variables,
      cause: null,
      dealId: deal?.deal.id ?? null,
      sendingChannelId: conversation?.channelId ?? null,
      dueAt: null,
      inbox: [],
      callHolder: null,
      error: null,
      startedAt: now,
      updatedAt: now,
      endedAt: null,
    },
    flow,
    deal,
    isNew: true,
    touched: true,
    visits: {},
  }
}
