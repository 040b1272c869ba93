import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import { readProject } from '../../team/read-project.ts'
import { getWebhook } from './get-webhook.ts'
import { insertWebhookDeliveries } from './webhook-deliveries.store.ts'

/**
 * Puts a delivery of the kind `webhook.test` into the queue of a subscription, whatever it wants to hear of; it is signed, filled in and
 * tried like all others. Wake the queue after the commit. Throws `not_found`, and `conflict` while it is switched off.
 */
export async function testWebhook(
  tx: Tx,
  context: WorkContext,
  input: { webhookId: number },
): Promise<{ deliveryId: number }> {
  const { projectId, now } = context
  const webhook = await getWebhook(tx, projectId, input.webhookId)
  if (!webhook.enabled)
    throw new AppError('conflict', `The webhook "${webhook.name}" is switched off; switch it on first.`)
  const { name } = await readProject(tx, projectId)
  const draft = {
    projectId,
    webhookId: webhook.id,
    changeId: null,
    contactId: null,
    dealId: null,
    payload: (deliveryId: number) => ({
      id: `test_${deliveryId}`,
      type: 'webhook.test',
      version: 1 as const,
      at: now.toISOString(),
      project: { id: projectId, name },
      data: { contact: null, deal: null, conversation: null, change: { by: context.by } },
    }),
  }
  const [deliveryId] = await insertWebhookDeliveries(tx, [draft], now)
  return { deliveryId: deliveryId! }
}
