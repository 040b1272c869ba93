import { z } from 'zod'
import type { Message } from '../../conversations/conversation.ts'
import type { CallPart } from '../../conversations/message.ts'
import type { Incoming } from '../../conversations/receive/apply-event.ts'
import { isOver } from '../calls/call-events.ts'
import type { CallBranch, PauseBranch } from '../run.ts'
import { findCall, type TriggerInput } from './find-trigger.ts'
import { moveRuns } from './move-runs.ts'
import { resumeInTime, resumeWithResult } from './resume-branch.ts'
import { beginRun, closeMove } from './run-state.ts'
import type { RunState, ThreadContext } from './thread-context.ts'
import { workKey } from './work-key.ts'

const resultSchema = z.object({
  run: z.number(),
  /** The key of the call, as its block keeps it. */
  call: z.string(),
  result: z.unknown(),
})

/** Lets a call that was placed for a run, and whose result is known, bring that run on. */
export async function takeCallResult(context: ThreadContext, data: unknown): Promise<void> {
  const { run, call, result } = resultSchema.parse(data)
  const state = context.runs.find((other) => other.run.id === run && other.run.status === 'active')
  const branch = state?.run.branches.find(
    (other): other is CallBranch | PauseBranch =>
      // The word that it was placed may not have come yet: then the branch still stands where it asked for it.
      (other.kind === 'call' && workKey(run, other.id) === call) ||
      (other.kind === 'pause' && other.next.do === 'resume' && other.state?.call === call),
  )
  if (!state || !branch) return
  const told = { ok: true as const, value: { key: call, result } }
  if (context.thread.conversation?.mode === 'manual') {
    // While people have the conversation the run stays where it is; it goes on with the result when they give it back.
    const { id, block, reply, senderId } = branch
    const waiting: PauseBranch = {
      id,
      block,
      ...(reply && { reply }),
      ...(senderId !== undefined && { senderId }),
      ...(branch.state && { state: branch.state }),
      kind: 'pause',
      dueAt: context.now.toISOString(),
      next: { do: 'resume', result: told },
      cancelledByReply: false,
      holdsMessages: false,
    }
    state.run.branches = state.run.branches.map((other) => (other.id === id ? waiting : other))
    state.touched = true
    return closeMove(context)
  }
  context.released.push(...state.run.inbox)
  state.run.inbox = []
  const entry =
    branch.kind === 'call'
      ? resumeWithResult(state, branch, { because: 'result', result: told })
      : resumeInTime(state, { ...branch, next: { do: 'resume', result: told } })
  await moveRuns(context, [entry])
}

/**
 * Lets a step of a call begin a flow: the first one whose trigger waits for it. A run that a step behind the call's end begins talks
 * where the contact wrote last, as nobody listens in the call any more. False when no flow waits for it.
 */
export async function startByCall(
  context: ThreadContext,
  incoming: CallMessage,
  input: TriggerInput,
): Promise<boolean> {
  const part = callPart(incoming.message)
  if (!part) return false
  const { conversation } = incoming
  let flows = context.flows.live(context.project.id)
  for (;;) {
    const pulled = findCall(flows, input)
    if (!pulled) return false
    const over = isOver(part.event)
    const state: RunState | undefined = await beginRun(context, pulled.flow, {
      contactId: context.sender?.id ?? conversation.contactId,
      conversationId: over ? null : conversation.id,
      sendingChannelId: over ? null : conversation.channelId,
      deal: undefined,
      variables: { call: { ...part.data, event: part.event } },
      cause: null,
      subscribe: true,
    })
    if (state) {
      await moveRuns(context, [{ state, block: pulled.trigger.to, as: { do: 'enter' } }])
      return true
    }
    flows = flows.filter((flow) => flow !== pulled.flow)
  }
}
export type CallMessage = Pick<Incoming, 'message' | 'conversation'>

/** The step of a call that a message tells, for triggers. */
export function callOf(message: Message): TriggerInput['call'] {
  const part = callPart(message)
  return part && { event: part.event, direction: part.data?.direction === 'outbound' ? 'outbound' : 'inbound' }
}

function callPart(message: Message): CallPart | undefined {
  return message.parts?.find((part) => part.type === 'call')
}
