import type { ActionName, Actions } from '../actions.ts'
import { contactActions } from './actions/contact-actions.ts'
import { dealActions } from './actions/deal-actions.ts'
import { dialogueActions } from './actions/dialogue-actions.ts'
import { emailActions } from './actions/email-actions.ts'
import { flowActions } from './actions/flow-actions.ts'
import { groupActions } from './actions/group-actions.ts'
import { operatorActions } from './actions/operator-actions.ts'
import { makeStep, type RunControl, type StepRecord } from './actions/step.ts'
import { taskActions } from './actions/task-actions.ts'
import type { RunState, ThreadContext } from './thread-context.ts'

/**
 * The actions of one step, bound to its run and to the transaction; each notes in `record` what it did. Those that write at
 * once call `guard` before, so that a step that fails later can be taken back.
 */
export function stepActions(
  context: ThreadContext,
  state: RunState,
  blockId: string,
  record: StepRecord,
  control: RunControl,
  guard: () => Promise<void>,
): Actions {
  const step = makeStep(context, state, blockId, record, control, guard)
  return {
    ...dialogueActions(step),
    ...emailActions(step),
    ...contactActions(step),
    ...dealActions(step),
    ...flowActions(step),
    ...groupActions(step),
    ...operatorActions(step),
    ...taskActions(step),
  }
}

/** Only what a block asked for. */
export function pickActions(actions: Actions, needs: readonly ActionName[]): Pick<Actions, ActionName> {
  return Object.fromEntries(needs.map((name) => [name, actions[name]])) as unknown as Actions
}
