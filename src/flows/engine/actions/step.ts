import { getDeal } from '../../../crm/get-deal.ts'
import { runTogether } from '../../../platform/database/statement.ts'
import { AppError } from '../../../platform/errors.ts'
import type { ChangeChain, WorkContext } from '../../../team/context.ts'
import type { FlowPoint } from '../../actions.ts'
import type { RunState, ThreadContext } from '../thread-context.ts'

/** What a step has done, for its trace. */
export type StepRecord = Record<string, unknown>

/** What a step asks of the mover, which alone knows the other runs. */
export interface RunControl {
  startFlow(point: FlowPoint): Promise<void>
  stopFlow(point: FlowPoint): Promise<number>
}

/** One step of a run, as its actions need it. */
export interface Step {
  context: ThreadContext
  state: RunState
  blockId: string
  work: WorkContext
  record: StepRecord
  control: RunControl
  /** To be called before anything is written at once, so that a step that fails later can be taken back. */
  guard(): Promise<void>
  /** The same before the contact is written: what the message brought of it is stored first, and the step lays its own over it. */
  guardContact(): Promise<void>
  /** The contact that the step works on; throws where a group has none. */
  contactId(): number
  /** The run's current deal; throws when there is none. */
  dealId(): number
  rereadDeal(): Promise<void>
}

/** Binds a step to its run and to the transaction. */
export function makeStep(
  context: ThreadContext,
  state: RunState,
  blockId: string,
  record: StepRecord,
  control: RunControl,
  guard: () => Promise<void>,
): Step {
  const { tx, writes } = context
  const work: WorkContext = {
    projectId: state.run.projectId,
    now: context.now,
    by: { kind: 'flow', runId: state.run.id, ...chainOf(context, state) },
  }
  const contactId = (): number => {
    const id = state.run.contactId ?? context.sender?.id ?? context.client?.id
    if (id === undefined)
      throw new AppError(
        'unsupported',
        'This run is of a group, and no contact has moved it here; expected one to work on.',
      )
    return id
  }
  const dealId = (): number => {
    if (!state.deal)
      throw new AppError('not_found', 'The run has no current deal; expected a block before this one that creates it.')
    return state.deal.deal.id
  }
  return {
    context,
    state,
    blockId,
    work,
    record,
    control,
    guard,
    contactId,
    dealId,
    async guardContact() {
      await runTogether(tx, [writes.takeContact(contactId())])
      await guard()
    },
    async rereadDeal() {
      state.deal = await getDeal(tx, work.projectId, dealId())
    },
  }
}

/** How the run came about by changes of other flows; what a person's reply has moved on begins a chain of its own. */
function chainOf(context: ThreadContext, { run }: RunState): { chain?: ChangeChain } {
  return run.cause && !context.reply ? { chain: run.cause.chain } : {}
}

/** The contact's new state is what the following steps see, and the following messages of the batch. */
export function keepContact(context: ThreadContext, contact: NonNullable<ThreadContext['sender']>): void {
  for (const known of [context.sender, context.client, context.thread.contact])
    if (known?.id === contact.id) Object.assign(known, contact)
}

/** Notes further items of a list in the step's record. */
export function append(record: StepRecord, name: string, ...values: unknown[]): void {
  record[name] = [...((record[name] as unknown[] | undefined) ?? []), ...values]
}

/** Notes further fields of an object in the step's record. */
export function merge(record: StepRecord, name: string, values: Record<string, unknown>): void {
  record[name] = { ...((record[name] as Record<string, unknown> | undefined) ?? {}), ...values }
}
