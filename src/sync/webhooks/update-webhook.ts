import { z } from 'zod'
import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { parseInput } from '../../platform/faults.ts'
import type { Vault } from '../../platform/secrets.ts'
import type { WorkContext } from '../../team/context.ts'
import { checkWebhook } from './check-webhook.ts'
import { webhookNameSchema } from './create-webhook.ts'
import { getWebhook, webhookForUpdate } from './get-webhook.ts'
import { laidOver } from './secret-headers.ts'
import { type Webhook, webhookKindsSchema, webhookUrlSchema } from './webhook.ts'
import { requeueWaiting } from './webhook-deliveries.store.ts'
import { webhookFilterSchema } from './webhook-filter.ts'
import {
  secretHeadersUpdateSchema,
  webhookHeadersSchema,
  webhookMethodSchema,
  webhookTemplateSchema,
} from './webhook-request.ts'
import { findWebhookByName, updateWebhookRow } from './webhooks.store.ts'

export const webhookUpdateSchema = z.strictObject({
  name: webhookNameSchema.optional(),
  url: webhookUrlSchema.optional(),
  kinds: webhookKindsSchema.optional(),
  filter: webhookFilterSchema.nullable().optional(),
  method: webhookMethodSchema.optional(),
  headers: webhookHeadersSchema.optional(),
  secretHeaders: secretHeadersUpdateSchema.optional(),
  template: webhookTemplateSchema.nullable().optional(),
  enabled: z
    .boolean()
    .optional()
    .describe('Switching on forgets why it was switched off, and sends at once what has waited since.'),
})

/**
 * Changes what is present of a subscription; wake its queue after the commit. Throws `invalid`, `not_found`, and `conflict` when the name
 * is taken.
 */
export async function updateWebhook(
  tx: Tx,
  context: WorkContext,
  input: z.input<typeof webhookUpdateSchema> & { webhookId: number },
  vault: Vault,
): Promise<Webhook> {
  const { webhookId, ...rest } = input
  const { projectId, now } = context
  const { secretHeaders, ...update } = parseInput(webhookUpdateSchema, rest, 'webhook')
  await getWebhook(tx, projectId, webhookId)
  // Deliveries before their webhook: whoever sends locks them in this order too.
  if (update.enabled) await requeueWaiting(tx, webhookId, now)
  const before = await webhookForUpdate(tx, projectId, webhookId)
  if (
    update.name !== undefined &&
    update.name !== before.name &&
    (await findWebhookByName(tx, projectId, update.name))
  ) {
    throw new AppError('conflict', `The project has a webhook "${update.name}" already; choose another name.`)
  }
  const wanted = { ...before, ...update, secretHeaders: laidOver(before, secretHeaders ?? {}, vault) }
  await checkWebhook(tx, projectId, wanted)
  const forgiven = update.enabled ? { disabledReason: null, failingSince: null } : {}
  return updateWebhookRow(tx, before.id, {
    ...update,
    secretHeaders: wanted.secretHeaders,
    ...forgiven,
    updatedAt: now,
  })
}
