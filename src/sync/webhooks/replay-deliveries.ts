import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import { getWebhook } from './get-webhook.ts'
import { findDelivery, reopenDeliveries } from './webhook-deliveries.store.ts'

/**
 * One delivery; or those of a subscription that were made in a range of time: the dead ones, or with `which: 'all'` also those that arrived
 * once, which needs `from`.
 */
export type Replay = { deliveryId: number } | { webhookId: number; which?: 'dead' | 'all'; from?: Date; to?: Date }

/**
 * Sends finished deliveries again, under their first `webhook-id`, so that a receiver that has one can tell. Wake the queue
 * after the commit. Gives how many. Throws `not_found`, `invalid`, and `conflict` when it still waits or the subscription is off.
 */
export async function replayDeliveries(tx: Tx, context: WorkContext, input: Replay): Promise<{ replayed: number }> {
  const { projectId, now } = context
  if ('webhookId' in input) {
    const { which = 'dead', ...selection } = input
    if (which === 'all' && !selection.from)
      throw new AppError('invalid', 'Sending all again needs "from": the moment from which on they were made.', {
        faults: [{ path: 'from', message: 'is missing; expected a moment such as 2026-11-30T18:00:00Z' }],
      })
    await checkEnabled(tx, projectId, input.webhookId)
    const statuses = which === 'all' ? (['dead', 'sent'] as const) : (['dead'] as const)
    return { replayed: await reopenDeliveries(tx, now, { ...selection, statuses: [...statuses] }) }
  }
  const { deliveryId } = input
  const delivery = await findDelivery(tx, projectId, deliveryId)
  if (!delivery) throw new AppError('not_found', `There is no webhook delivery ${deliveryId} in this project.`)
  await checkEnabled(tx, projectId, delivery.webhookId)
  const replayed = await reopenDeliveries(tx, now, {
    webhookId: delivery.webhookId,
    deliveryId,
    statuses: ['dead', 'sent'],
  })
  if (replayed === 0)
    throw new AppError('conflict', `The delivery ${deliveryId} is not over yet; it is tried again by itself.`)
  return { replayed }
}

async function checkEnabled(tx: Tx, projectId: number, webhookId: number): Promise<void> {
  const webhook = await getWebhook(tx, projectId, webhookId)
  if (webhook.enabled) return
  const why = webhook.disabledReason ? ` (${webhook.disabledReason})` : ''
  throw new AppError('conflict', `The webhook "${webhook.name}" is switched off${why}; switch it on first.`)
}
