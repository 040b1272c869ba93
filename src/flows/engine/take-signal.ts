import { z } from 'zod'
import type { SignalEvent } from '../../conversations/event.ts'
import { findDeals } from '../../crm/deals.store.ts'
import { AppError } from '../../platform/errors.ts'
import type { RunCause } from '../run.ts'
import { moveRuns } from './move-runs.ts'
import { beginRun, closeMove, endRun } from './run-state.ts'
import { takeCallResult } from './take-call.ts'
import type { ThreadContext } from './thread-context.ts'

const startSchema = z.object({
  flow: z.number(),
  /** The block to begin with; the flow's trigger of that type leads on when absent. */
  block: z.string().nullish(),
  trigger: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).default({}),
  sendingChannelId: z.number().nullish(),
  /** What becomes the run's current deal. */
  dealId: z.number().nullish(),
  /** The change that starts it, if one does. */
  cause: z.custom<RunCause>().nullish(),
})

const stopSchema = z.object({ run: z.number() })

/**
 * Lets a signal of our own move runs: `start` begins one, `stop` ends one, `resume` goes on with what was due in manual mode,
 * `call_result` tells what became of a call that was placed for one.
 */
export async function takeSignal(context: ThreadContext, { signal, data }: SignalEvent): Promise<void> {
  context.reply = undefined
  context.sender = context.thread.contact
  context.manager = undefined
  context.client = undefined
  switch (signal) {
    case 'start':
      return startRun(context, startSchema.parse(data))
    case 'stop':
      return stopRun(context, stopSchema.parse(data).run)
    case 'resume':
      for (const state of context.runs) state.touched = true
      return closeMove(context)
    case 'call_result':
      return takeCallResult(context, data)
    default:
      throw new AppError(
        'unsupported',
        `The engine knows no signal "${signal}"; expected start, stop, resume or call_result.`,
      )
  }
}

async function startRun(context: ThreadContext, start: z.infer<typeof startSchema>): Promise<void> {
  const flow = context.flows.live(context.project.id).find((live) => live.flowId === start.flow)
  if (!flow) throw new AppError('not_found', `Flow ${start.flow} is not published; publish it, then replay this event.`)
  const trigger = flow.triggers.find((candidate) => candidate.type === start.trigger) ?? flow.triggers[0]
  const block = start.block ?? trigger?.to
  if (!block || !flow.has(block)) {
    throw new AppError(
      'not_found',
      `The flow "${flow.name}" has no ${start.block ? `block "${start.block}"` : 'trigger to begin with'}.`,
    )
  }
  const { conversation, contact } = context.thread
  const [deal] = start.dealId ? await findDeals(context.tx, [start.dealId]) : []
  // What a change tells of a deal that is gone by now leads nowhere.
  if (start.dealId && !deal) return
  const state = await beginRun(context, flow, {
    contactId: contact?.id ?? null,
    conversationId: conversation?.id ?? null,
    sendingChannelId: start.sendingChannelId ?? conversation?.channelId ?? deal?.deal.sendingChannelId ?? null,
    deal,
    variables: start.variables,
    cause: start.cause ?? null,
    subscribe: true,
  })
  if (state) await moveRuns(context, [{ state, block, as: { do: 'enter' } }])
}

function stopRun(context: ThreadContext, runId: number): void {
  const state = context.runs.find(({ run }) => run.id === runId && run.status === 'active')
  if (state) endRun(context, state, 'stopped', null)
}
