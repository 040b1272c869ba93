import { raiseSignal } from '../../conversations/receive/raise-signal.ts'
import { type RecordedChange, recordChange } from '../../platform/changes.ts'
import type { Tx } from '../../platform/database/database.ts'
import { isPassing } from '../../platform/database/failures.ts'
import { setSavepoint } from '../../platform/database/savepoint.ts'
import { messageOf } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'
import type { Actor } from '../../team/context.ts'
import { flowOfRun } from '../engine/runs.store.ts'
import type { ChangeTrigger } from '../flow.ts'
import type { RunCause } from '../run.ts'
import { longestChain, nextLink } from './chain.ts'
import { findRunPlace, whoSetTask } from './change-triggers.store.ts'
import { type Happening, happeningsOf, pullingKinds, pulls } from './happening.ts'
import { type ListeningFlow, LiveTriggers, listeningKinds } from './live-triggers.ts'
import { tellMore } from './tell-more.ts'

/** The kinds of change that have to be read for the triggers of flows. */
export const triggerKinds: readonly string[] = [...pullingKinds, ...listeningKinds]

export interface TriggerParts {
  log: Log
  /** Flows of a project were published or unpublished: what this process remembers of them is to be forgotten, whether or not it was told. */
  flowsChanged(projectId: number): void
}

/**
 * Starts the flows that changes trigger: what a reader of the log does with them. A change that a flow makes counts too, but never
 * starts the flow anew whose run made it, and a chain of flows that start one another ends at {@link longestChain}.
 * Gives the threads to wake after the commit.
 */
export function triggeredFlows({
  log,
  flowsChanged,
}: TriggerParts): (tx: Tx, changes: RecordedChange[], continued: boolean) => Promise<number[]> {
  const listening = new LiveTriggers()
  return async (tx, changes, continued) => {
    // Another process may have read on meanwhile, also past a flow that was published.
    if (!continued) listening.clear()
    const threads: number[] = []
    for (const change of changes) {
      if ((listeningKinds as readonly string[]).includes(change.kind)) {
        listening.forget(change.projectId)
        flowsChanged(change.projectId)
        continue
      }
      const flows = await listening.of(tx, change.projectId)
      if (flows.length === 0) continue
      for (const start of await pulledBy(tx, change, flows)) {
        const thread = await startSafely(tx, change, start, log)
        if (thread !== undefined) threads.push(thread)
      }
    }
    return threads
  }
}

/** A flow that a change is to start. */
interface Start {
  flow: ListeningFlow
  trigger: ChangeTrigger
  happening: Happening
}

async function pulledBy(tx: Tx, change: RecordedChange, flows: readonly ListeningFlow[]): Promise<Start[]> {
  const told = happeningsOf(change)
  const wanted = new Set(flows.flatMap((flow) => flow.triggers.map((trigger) => trigger.type)))
  const happenings: Happening[] = []
  for (const happening of told) if (wanted.has(happening.type)) happenings.push(await tellMore(tx, change, happening))
  return flows.flatMap((flow) => {
    for (const trigger of flow.triggers) {
      const happening = happenings.find((candidate) => pulls(trigger, candidate))
      if (happening) return [{ flow, trigger, happening }]
    }
    return []
  })
}

/** What keeps one flow from being started keeps nothing else from being so. */
async function startSafely(tx: Tx, change: RecordedChange, start: Start, log: Log): Promise<number | undefined> {
  const savepoint = await setSavepoint(tx)
  try {
    const thread = await startFlow(tx, change, start, log)
    await savepoint.release()
    return thread
  } catch (error) {
    if (isPassing(error)) throw error
    await savepoint.rollback()
    log.error({ error, change: change.id, flow: start.flow.flowId }, 'A flow could not be started by a change.')
    await recordNotStarted(tx, change, start, 'flow.start_failed', { error: messageOf(error) })
    return undefined
  }
}

async function startFlow(tx: Tx, change: RecordedChange, start: Start, log: Log): Promise<number | undefined> {
  const { flow, trigger, happening } = start
  const by = await causeOf(tx, change)
  if (by?.kind === 'flow' && (await flowOfRun(tx, by.runId)) === flow.flowId) return undefined
  const chain = nextLink(by, change.at)
  if (chain.depth > longestChain) {
    const { projectId, contactId } = change
    const why = `Flows start one another in a circle: "${flow.name}" was not started, as ${longestChain} came before it.`
    log.warn({ project: projectId, contact: contactId, flow: flow.flowId, change: change.id }, why)
    await recordNotStarted(tx, change, start, 'flow.chain_stopped', { ...chain, error: why })
    return undefined
  }
  const place = await findRunPlace(tx, change, trigger)
  if (!place || (trigger.channels && place.conversationId === null)) return undefined
  const cause: RunCause = {
    trigger: { ...happening, at: change.at.toISOString(), by: change.data.by },
    chain,
  }
  return raiseSignal(tx, change.at, {
    projectId: change.projectId,
    thread: place.conversationId === null ? { contactId: place.contactId! } : { conversationId: place.conversationId },
    key: `change:${change.id}:${flow.flowId}`,
    signal: 'start',
    data: { flow: flow.flowId, block: trigger.to, trigger: trigger.type, dealId: change.dealId ?? null, cause },
  })
}

/** Who brought the change about. That a task became overdue is the doing of whoever gave it its moment. */
async function causeOf(tx: Tx, change: RecordedChange): Promise<Actor | undefined> {
  const by = change.data.by as Actor | undefined
  return change.kind === 'task.overdue' ? ((await whoSetTask(tx, change, Number(change.data.taskId))) ?? by) : by
}

/** Shown by the contact's history, webhooks and the stream of changes. */
async function recordNotStarted(
  tx: Tx,
  change: RecordedChange,
  { flow, trigger }: Start,
  kind: string,
  data: Record<string, unknown>,
): Promise<void> {
  const { projectId, contactId, conversationId, dealId, at } = change
  await recordChange(tx, {
    projectId,
    kind,
    contactId,
    conversationId,
    dealId,
    data: {
      flow: flow.flowId,
      flowName: flow.name,
      trigger: trigger.type,
      change: change.id,
      ...data,
      by: { kind: 'system' },
    },
    at,
  })
}
