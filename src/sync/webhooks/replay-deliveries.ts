import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import { getWebhook } from './get-webhook.ts'
import { findDelivery, reopenDeliveries } from './webhook-deliveries.store.ts'

/** One delivery, or all dead ones of a subscription that were made in a range of time. */
export type Replay = { deliveryId: number } | { webhookId: number; from?: Date; to?: Date }

/**
 * Sends finished deliveries again, under their first `webhook-id`, so that a receiver that has one can tell. Wake the queue
 * after the commit. Gives how many. Throws `not_found`, and `conflict` when it still waits or the subscription is off.
 */
export async function replayDeliveries(tx: Tx, context: WorkContext, input: Replay): Promise<{ replayed: number }> {
  const { projectId, now } = context
  if ('webhookId' in input) {
    await checkEnabled(tx, projectId, input.webhookId)
    return { replayed: await reopenDeliveries(tx, projectId, now, { ...input, statuses: ['dead'] }) }
  }
  const { deliveryId } = input
  const delivery = await findDelivery(tx, projectId, deliveryId)
  if (!delivery) throw new AppError('not_found', `There is no webhook delivery ${deliveryId} in this project.`)
  await checkEnabled(tx, projectId, delivery.webhookId)
  const selection = { webhookId: delivery.webhookId, deliveryId, statuses: ['dead' as const, 'sent' as const] }
  const replayed = await reopenDeliveries(tx, projectId, now, selection)
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
