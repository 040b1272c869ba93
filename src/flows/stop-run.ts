import { raiseSignal } from '../conversations/receive/raise-signal.ts'
import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from '../team/context.ts'
import { getRun } from './get-run.ts'

/**
 * Ends a run as soon as its thread comes to it: what it waits for no longer moves it. Gives the number of the thread, to be
 * woken after the commit. Throws `not_found`, and `conflict` when the run is over.
 */
export async function stopRun(tx: Tx, context: WorkContext, input: { runId: number }): Promise<number> {
  const run = await getRun(tx, context.projectId, input.runId)
  if (run.status !== 'active') throw new AppError('conflict', `Run ${run.id} is over already: it is ${run.status}.`)
  return raiseSignal(tx, context.now, {
    projectId: context.projectId,
    thread: run.conversationId !== null ? { conversationId: run.conversationId } : { contactId: run.contactId! },
    key: `stop:${run.id}`,
    signal: 'stop',
    data: { run: run.id },
  })
}
