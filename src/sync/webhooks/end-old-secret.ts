import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import { webhookForUpdate } from './get-webhook.ts'
import type { Webhook } from './webhook.ts'
import { updateWebhookRow } from './webhooks.store.ts'

/**
 * Ends the signing secret that was rotated out: from now on only the newest signs. Throws `not_found`, and `conflict` when there is no
 * older one.
 */
export async function endOldSecret(tx: Tx, context: WorkContext, input: { webhookId: number }): Promise<Webhook> {
  const webhook = await webhookForUpdate(tx, context.projectId, input.webhookId)
  if (webhook.secrets.length < 2)
    throw new AppError('conflict', `The webhook "${webhook.name}" has no older secret; rotate it first.`)
  return updateWebhookRow(tx, webhook.id, { secrets: webhook.secrets.slice(0, 1), updatedAt: context.now })
}
