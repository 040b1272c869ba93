import type { Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { getWebhook } from './get-webhook.ts'
import { endWaiting } from './webhook-deliveries.store.ts'
import { deleteWebhookRow } from './webhooks.store.ts'

/** Ends a subscription; what still waits for it is not sent any more. Throws `not_found`. */
export async function deleteWebhook(tx: Tx, context: WorkContext, input: { webhookId: number }): Promise<void> {
  const webhook = await getWebhook(tx, context.projectId, input.webhookId)
  // Deliveries before their webhook: whoever sends locks them in this order too.
  await endWaiting(tx, webhook.id, 'The subscription was removed.', context.now)
  await deleteWebhookRow(tx, webhook.id)
}
