import { cutText } from '../../platform/cut-text.ts'
import { isPassing } from '../../platform/database/failures.ts'
import { type Savepoint, setSavepoint } from '../../platform/database/savepoint.ts'
import { AppError, messageOf } from '../../platform/errors.ts'
import { maskSecrets } from '../../platform/mask.ts'
import { storable } from '../../platform/storable.ts'
import type { ActionName, Actions } from '../actions.ts'
import { end, type Outcome, type Resumption, type StepContext } from '../block.ts'
import { append, makeStep, type RunControl, type Step, type StepRecord } from './actions/step.ts'
import { runScript } from './run-script.ts'
import { pickActions, stepActions } from './step-actions.ts'
import { stepRenderers, stepScope } from './step-scope.ts'
import type { RunState, ThreadContext } from './thread-context.ts'

/** Values of a trace are cut to so many characters. */
const traceLimit = 8000

/**
 * Lets a block do its work, its script first, or resumes it, and traces the step. A block that throws has failed: what it and
 * its script had done is taken back, in the database and in what the batch will write.
 */
export async function executeStep(
  context: ThreadContext,
  state: RunState,
  blockId: string,
  resume: { resumption: Resumption; kept: Record<string, unknown> } | undefined,
  control: RunControl,
): Promise<Outcome> {
  const { definition, options, node } = state.flow.block(blockId)
  const record: StepRecord = {}
  const begin = performance.now()
  const undo = rememberState(context, state)
  let savepoint: Savepoint | undefined
  const guard = async () => {
    savepoint ??= await setSavepoint(context.tx)
  }
  const actions = stepActions(context, state, blockId, record, control, guard)
  let outcome: Outcome
  try {
    const script = resume ? undefined : node.script?.trim() && node.script
    const silencedBy = script
      ? await silencingScript(makeStep(context, state, blockId, record, control, guard), script)
      : undefined
    const allowed = silencedBy ? silent(actions, record, silencedBy) : actions
    // Only now, so that the block sees what its script has done.
    const step = stepContext(context, state, options, pickActions(allowed, definition.needs))
    outcome = resume
      ? await definition.resume!(step as never, resume.resumption, resume.kept)
      : await definition.execute(step as never)
    // What was not asked is not answered.
    if (silencedBy && outcome.do === 'wait' && outcome.for === 'reply') outcome = end()
    // What the script did goes together with what the block was to do.
    if (script && outcome.do === 'fail') throw new AppError('unsupported', outcome.message)
    await savepoint?.release()
  } catch (error) {
    // A fault of the database is none of the block's: the whole batch is tried again.
    if (isPassing(error)) throw error
    await savepoint?.rollback()
    undo()
    if (record.script) record.script = storable({ ...record.script, takenBack: true })
    outcome = { do: 'fail', message: storable(messageOf(error)) as string }
  }
  trace(context, state, blockId, outcome, { resume, record, durationMs: performance.now() - begin })
  return outcome
}

/** Runs a block's script; gives the call of it for which the block is not to send its message. */
async function silencingScript(step: Step, script: string): Promise<string | undefined> {
  return (await runScript(step, script)).host.silencedBy()
}

/** The same actions, but what the block says is not sent; the trace tells it, and why. */
function silent(actions: Actions, record: StepRecord, silencedBy: string): Actions {
  return {
    ...actions,
    async say({ text }) {
      append(record, 'notSent', text)
      record.notSentBecause = `the script called ${silencedBy}`
    },
    async showTyping() {},
    async sendEmail({ to }) {
      append(record, 'notSent', `the e-mail to ${to}`)
      record.notSentBecause = `the script called ${silencedBy}`
      return true
    },
  }
}

/** Switches the run's conversation and deal to manual, as the block's state wants. */
export async function handOver(context: ThreadContext, state: RunState, blockId: string): Promise<void> {
  const control: RunControl = { startFlow: async () => {}, stopFlow: async () => 0 }
  await stepActions(context, state, blockId, {}, control, async () => {}).handOver()
}

function stepContext(
  context: ThreadContext,
  state: RunState,
  options: Record<string, unknown>,
  act: StepContext<unknown, ActionName>['act'],
): StepContext<Record<string, unknown>, ActionName> {
  const { thread, project, now, reply } = context
  const scope = stepScope(context, state)
  return {
    options,
    now,
    project: project.settings,
    scope,
    reply,
    capabilities: thread.conversation && context.channels.capabilities(thread.channelId, thread.conversation.kind),
    ...stepRenderers(context, scope),
    act,
  }
}

/** Remembers what a step may change in memory; the returned function brings it back. */
function rememberState(context: ThreadContext, state: RunState): () => void {
  const { writes, thread, sender } = context
  const counts = [writes.messages.length, writes.deliveries.length, writes.changes.length, context.runs.length] as const
  const { deal } = state
  const { variables, dealId, sendingChannelId, conversationId, threadId } = state.run
  const people = [...new Set([thread.contact, sender])].flatMap((person) =>
    person ? [{ person, was: { ...person } }] : [],
  )
  const waiting = context.runs.map((other) => ({ other, branches: other.run.branches, touched: other.touched }))
  const known = [...context.conversations.keys()]
  const conversation = thread.conversation ?? context.conversations.get(conversationId ?? 0)?.conversation
  const restoreConversation = conversation && writes.rememberConversation(conversation.id)
  const kept = conversation && { mode: conversation.mode, assigneeId: conversation.assigneeId }
  return () => {
    writes.messages.length = counts[0]
    writes.deliveries.length = counts[1]
    writes.changes.length = counts[2]
    context.runs.length = counts[3]
    state.deal = deal
    Object.assign(state.run, { variables, dealId, sendingChannelId, conversationId, threadId })
    for (const { other, branches, touched } of waiting) {
      other.run.branches = branches
      other.touched = touched
    }
    for (const { person, was } of people) Object.assign(person, was)
    for (const id of [...context.conversations.keys()]) if (!known.includes(id)) context.conversations.delete(id)
    restoreConversation?.()
    if (conversation) Object.assign(conversation, kept)
  }
}

function trace(
  context: ThreadContext,
  state: RunState,
  blockId: string,
  outcome: Outcome,
  step: { resume: { resumption: Resumption } | undefined; record: StepRecord; durationMs: number },
): void {
  const input = step.resume
    ? resumptionInput(step.resume.resumption)
    : context.reply
      ? { message: context.reply.text }
      : null
  const result = outcome.do === 'call' ? { ...step.record, request: outcome.request } : step.record
  const secrets = context.project.secrets
  context.steps.push({
    id: context.nextId(),
    runId: state.run.id,
    blockId,
    output: outcome.do === 'next' ? outcome.output : outcome.do,
    input: bounded(maskSecrets(input, secrets)),
    result: bounded(maskSecrets(result, secrets)),
    error: outcome.do === 'fail' ? String(maskSecrets(outcome.message, secrets)) : null,
    durationMs: Math.round(step.durationMs),
    at: context.now,
  })
}

function resumptionInput(resumption: Resumption): unknown {
  if (resumption.because === 'reply') return { message: resumption.reply.text }
  if (resumption.because === 'time') return { time: true }
  return resumption.result
}

function bounded(value: unknown): unknown {
  const text = JSON.stringify(value)
  return text !== undefined && text.length > traceLimit ? { cut: cutText(text, traceLimit) } : value
}
