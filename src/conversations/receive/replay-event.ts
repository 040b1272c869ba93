import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { unparkEvent } from '../events.store.ts'

/** Lets an event that was set aside take its turn again. Gives its thread, to be woken after the commit. Throws `not_found`. */
export async function replayEvent(tx: Tx, context: WorkContext, input: { eventId: number }): Promise<number> {
  const threadId = await unparkEvent(tx, context.projectId, input.eventId)
  if (threadId === undefined) {
    throw new AppError('not_found', `There is no event ${input.eventId} in this project that was set aside.`)
  }
  await recordWork(tx, context, 'event.replayed', {}, { event: input.eventId })
  return threadId
}
