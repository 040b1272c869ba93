import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import { getIntegration } from '../integrations/get-integration.ts'
import type { CrmPush } from './push.ts'
import { findPush, reopenPushes } from './pushes.store.ts'

/** One push, or all dead ones of an integration that were made in a range of time. */
export type ReplayedPushes = { integrationId: number } & ({ pushId: number } | { from?: Date; to?: Date })

/**
 * Tries pushes again that are over; what they did already is not done twice. Wake the exchange after the commit. Gives how many. Throws
 * `not_found`, and `conflict` when it is tried again by itself.
 */
export async function replayPushes(
  tx: Tx,
  { projectId, now }: WorkContext,
  input: ReplayedPushes,
): Promise<{ replayed: number }> {
  await getIntegration(tx, projectId, input.integrationId)
  if (!('pushId' in input)) return { replayed: await reopenPushes(tx, input, now) }
  const push = await getPush(tx, projectId, input)
  const replayed = await reopenPushes(tx, input, now)
  if (replayed === 0)
    throw new AppError('conflict', `The push ${push.id} is not over yet; it is tried again by itself.`)
  return { replayed }
}

/** The push of that number; throws `not_found`. */
export async function getPush(
  db: Pick<Tx, 'orm' | 'query'>,
  projectId: number,
  { integrationId, pushId }: { integrationId: number; pushId: number },
): Promise<CrmPush> {
  const push = await findPush(db, pushId)
  if (push?.projectId === projectId && push.integrationId === integrationId) return push
  throw new AppError('not_found', `The integration ${integrationId} has no push ${pushId}.`)
}
