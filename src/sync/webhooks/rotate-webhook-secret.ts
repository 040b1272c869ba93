import type { Tx } from '../../platform/database/database.ts'
import type { Vault } from '../../platform/secrets.ts'
import type { WorkContext } from '../../team/context.ts'
import { makeSecret } from './create-webhook.ts'
import { webhookForUpdate } from './get-webhook.ts'
import { secretPlace, type Webhook } from './webhook.ts'
import { updateWebhookRow } from './webhooks.store.ts'

/**
 * Makes a new signing secret, told here and never again. The one before stays live beside it until the next rotation, so that
 * the receiver can change over without a gap. Throws `not_found`.
 */
export async function rotateWebhookSecret(
  tx: Tx,
  context: WorkContext,
  input: { webhookId: number },
  vault: Vault,
): Promise<{ webhook: Webhook; secret: string }> {
  const before = await webhookForUpdate(tx, context.projectId, input.webhookId)
  const secret = makeSecret()
  const secrets = [vault.seal(secret, secretPlace(context.projectId)), ...before.secrets.slice(0, 1)]
  return { webhook: await updateWebhookRow(tx, before.id, { secrets, updatedAt: context.now }), secret }
}
