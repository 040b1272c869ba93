import type { Conversation, Message } from '../../conversations/conversation.ts'
import type { Incoming } from '../../conversations/receive/apply-event.ts'
import { findDeals } from '../../crm/deals.store.ts'
import type { Reply } from '../block.ts'
import type { ReplyBranch } from '../run.ts'
import type { CompiledFlow } from './compiled-flow.ts'
import { findCommand, findKeyword, findOpening, type Pulled, type TriggerInput } from './find-trigger.ts'
import { moveRuns } from './move-runs.ts'
import { resumeWithReply } from './resume-branch.ts'
import { beginRun, closeMove } from './run-state.ts'
import { hear, type Speaker } from './speaker.ts'
import { callOf, startByCall } from './take-call.ts'
import type { RunState, ThreadContext } from './thread-context.ts'

/** As many messages wait for a run's work outside at most; later ones are only stored. */
const inboxLimit = 100

/** Lets a message that has come in move what it can: a command, a keyword, the run that asked last, or an opening. */
export async function takeMessage(context: ThreadContext, incoming: Incoming): Promise<void> {
  const { message, conversation } = incoming
  if (conversation.kind === 'call' && !message.addressesBot) return takeCallNotice(context, incoming)
  if (!mayAnswer(message, conversation)) return
  cancelPended(activeRuns(context))
  if (conversation.mode === 'manual') return closeMove(context)
  await see(context, message, incoming)
  const input = triggerInput(context, incoming)
  const byCommand = await startFirst(context, (flows) => findCommand(flows, input), conversation, {
    argument: incoming.command?.argument ?? '',
  })
  if (byCommand) {
    // What was said before the command is overtaken by it.
    context.released.length = 0
    return
  }
  const calling = callingRun(context)
  if (calling) {
    if (calling.run.inbox.length < inboxLimit) calling.run.inbox = [...calling.run.inbox, message.id]
    calling.touched = true
    return closeMove(context)
  }
  await moveByMessage(context, input, incoming)
}

/** Ringing, an answer, the end of a call: they begin flows that wait for them, and are no reply to anything. */
async function takeCallNotice(context: ThreadContext, incoming: Incoming): Promise<void> {
  if (incoming.conversation.mode === 'manual') return closeMove(context)
  await see(context, incoming.message, incoming)
  if (!(await startByCall(context, incoming, triggerInput(context, incoming)))) closeMove(context)
}

/**
 * Only what addresses the bot moves a flow: no notice, no automatic answer, not what people in a group say to one another. In
 * a group that was made for a client nothing does before a manager has written.
 */
function mayAnswer(message: Message, { kind, contactId, managerWrote }: Conversation): boolean {
  return message.addressesBot && (kind !== 'group' || contactId === null || managerWrote)
}

/** The same for a message that waited while work outside was under way. */
export async function takeWaitingMessage(
  context: ThreadContext,
  message: Message,
  speaker: Speaker,
  conversation: Conversation,
): Promise<void> {
  if (conversation.mode === 'manual') return
  await see(context, message, speaker)
  await moveByMessage(context, triggerInput(context, { message, conversation, command: undefined, first: false }), {
    message,
    conversation,
  })
}

/** What blocks see of the message that is worked on. */
async function see(context: ThreadContext, message: Message, speaker: Speaker): Promise<void> {
  await hear(context, speaker)
  context.reply = {
    id: message.id,
    text: message.text,
    entities: message.entities ?? [],
    parts: message.parts ?? [],
    externalId: message.externalId,
    at: message.at,
    addressesBot: message.addressesBot,
  }
}

async function moveByMessage(
  context: ThreadContext,
  input: TriggerInput,
  incoming: Pick<Incoming, 'message' | 'conversation'>,
): Promise<void> {
  const { conversation } = incoming
  const active = activeRuns(context)
  if (active.some(({ run }) => run.branches.some((branch) => branch.kind === 'pause' && branch.holdsMessages))) {
    return closeMove(context)
  }
  const asked = askedLast(active)
  if (await startFirst(context, (flows) => findKeyword(flows, input, asked !== undefined), conversation, {})) return
  if (asked) {
    asked.state.run.conversationId = conversation.id
    asked.state.run.threadId = context.thread.id
    return moveRuns(context, [resumeWithReply(asked.state, asked.branch, context.reply as Reply)])
  }
  if (await startByCall(context, incoming, input)) return
  if (await startFirst(context, (flows) => findOpening(flows, input), conversation, {})) return
  closeMove(context)
}

/** Starts the first flow that the message pulls and that does not keep the subject out. False when there is none. */
async function startFirst(
  context: ThreadContext,
  find: (flows: readonly CompiledFlow[]) => Pulled | undefined,
  conversation: Conversation,
  variables: Record<string, unknown>,
): Promise<boolean> {
  let flows = context.flows.live(context.project.id)
  for (;;) {
    const pulled = find(flows)
    if (!pulled) return false
    // What is said in the group of a deal is about that deal.
    const [deal] = conversation.dealId === null ? [] : await findDeals(context.tx, [conversation.dealId])
    const state = await beginRun(context, pulled.flow, {
      contactId: conversation.kind === 'group' ? null : (context.sender?.id ?? null),
      conversationId: conversation.id,
      sendingChannelId: conversation.channelId,
      deal,
      variables,
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

/** The run that does work outside at the moment, if one does. */
export function callingRun(context: ThreadContext): RunState | undefined {
  return activeRuns(context).find(({ run }) => run.branches.some((branch) => branch.kind === 'call'))
}

function activeRuns(context: ThreadContext): RunState[] {
  return context.runs.filter(({ run }) => run.status === 'active')
}

/** The branch that asked last, of all runs. */
function askedLast(active: RunState[]): { state: RunState; branch: ReplyBranch } | undefined {
  const asked = active.flatMap((state) =>
    state.run.branches.flatMap((branch) => (branch.kind === 'reply' ? [{ state, branch }] : [])),
  )
  return asked.toSorted((one, other) => other.branch.id - one.branch.id)[0]
}

/** A reply cancels pended messages, but for those that say "do not cancel". */
function cancelPended(active: RunState[]): void {
  for (const state of active) {
    const kept = state.run.branches.filter((branch) => !(branch.kind === 'pause' && branch.cancelledByReply))
    if (kept.length === state.run.branches.length) continue
    state.run.branches = kept
    state.touched = true
  }
}

function triggerInput(
  context: ThreadContext,
  { message, conversation, command, first }: Pick<Incoming, 'message' | 'conversation' | 'command' | 'first'>,
): TriggerInput {
  return {
    text: message.text || pressedButton(message),
    command,
    first,
    conversationKind: conversation.kind,
    channelName: context.channels.nameOf(conversation.channelId),
    call: callOf(message),
  }
}

/** A pressed button counts as its value, which may be a keyword. */
function pressedButton(message: Message): string {
  return message.parts?.find((part) => part.type === 'answer')?.value ?? ''
}
