import type { Contact } from '../../contacts/contact.ts'
import type { Incoming } from '../../conversations/apply-event.ts'
import type { Conversation, Message } from '../../conversations/conversation.ts'
import type { Reply } from '../block.ts'
import type { PauseBranch, ReplyBranch } from '../run.ts'
import { findCommand, findKeyword, findOpening, type Pulled, type TriggerInput } from './find-trigger.ts'
import { moveRuns } from './move-runs.ts'
import { resumeWithReply } from './resume-branch.ts'
import { beginRun, closeMove } from './run-state.ts'
import type { RunState, ThreadContext } from './thread-context.ts'

/** As many messages wait for a run's work outside at most; later ones are only stored. */
const inboxLimit = 100

/** Lets a message that has come in move what it can: a command, a keyword, the run that asked last, or an opening. */
export async function takeMessage(context: ThreadContext, incoming: Incoming): Promise<void> {
  const { message, conversation, sender } = incoming
  if (conversation.mode === 'manual') return
  if (!message.addressesBot) return
  see(context, message, sender)
  const input = triggerInput(context, incoming)
  const flows = context.flows.live(context.project.id)
  const command = findCommand(flows, input)
  if (command) return start(context, command, conversation, { argument: incoming.command?.argument ?? '' })
  const calling = activeRuns(context).find(({ run }) => run.branches.some((branch) => branch.kind === 'call'))
  if (calling) {
    if (calling.run.inbox.length < inboxLimit) calling.run.inbox = [...calling.run.inbox, message.id]
    calling.touched = true
    return
  }
  await moveByMessage(context, input, conversation)
}

/** The same for a message that waited while work outside was under way. */
export async function takeWaitingMessage(
  context: ThreadContext,
  message: Message,
  sender: Contact,
  conversation: Conversation,
): Promise<void> {
  see(context, message, sender)
  await moveByMessage(
    context,
    triggerInput(context, { message, conversation, command: undefined, first: false }),
    conversation,
  )
}

/** What blocks see of the message that is worked on. */
function see(context: ThreadContext, message: Message, sender: Contact): void {
  context.sender = sender
  context.reply = {
    id: message.id,
    text: message.text,
    entities: message.entities ?? [],
    parts: message.parts ?? [],
    externalId: message.externalId,
    at: message.at,
  }
}

async function moveByMessage(context: ThreadContext, input: TriggerInput, conversation: Conversation): Promise<void> {
  const active = activeRuns(context)
  if (active.some(({ run }) => run.branches.some((branch) => branch.kind === 'pause' && branch.holdsMessages))) return
  const asked = askedLast(active)
  const flows = context.flows.live(context.project.id)
  const keyword = findKeyword(flows, input, asked !== undefined)
  cancelPended(active)
  if (keyword) return start(context, keyword, conversation, {})
  if (asked) {
    asked.state.run.conversationId = conversation.id
    asked.state.run.threadId = context.thread.id
    return moveRuns(context, [resumeWithReply(asked.state, asked.branch, context.reply as Reply)])
  }
  const opening = findOpening(flows, input)
  if (opening) return start(context, opening, conversation, {})
  closeMove(context)
}

async function start(
  context: ThreadContext,
  { flow, trigger }: Pulled,
  conversation: Conversation,
  variables: Record<string, unknown>,
): Promise<void> {
  cancelPended(activeRuns(context))
  const state = await beginRun(context, flow, {
    contactId: conversation.kind === 'group' ? null : (context.sender?.id ?? null),
    conversationId: conversation.id,
    sendingChannelId: conversation.channelId,
    deal: undefined,
    variables,
    subscribe: true,
  })
  if (state) await moveRuns(context, [{ state, block: trigger.to, as: { do: 'enter' } }])
  else closeMove(context)
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
    const kept = state.run.branches.filter((branch) => !(branch.kind === 'pause' && isCancelled(branch)))
    if (kept.length === state.run.branches.length) continue
    state.run.branches = kept
    state.touched = true
  }
}

function isCancelled(branch: PauseBranch): boolean {
  return branch.cancelledByReply
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
  }
}

/** A pressed button counts as its value, which may be a keyword. */
function pressedButton(message: Message): string {
  return message.parts?.find((part) => part.type === 'answer')?.value ?? ''
}
