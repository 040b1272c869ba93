import { z } from 'zod'
import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { parseInput } from '../../platform/faults.ts'
import type { WorkContext } from '../../team/context.ts'
import { webhookNameSchema } from './create-webhook.ts'
import { webhookForUpdate } from './get-webhook.ts'
import { type Webhook, webhookKindsSchema, webhookUrlSchema } from './webhook.ts'
import { findWebhookByName, updateWebhookRow } from './webhooks.store.ts'

export const webhookUpdateSchema = z.strictObject({
  name: webhookNameSchema.optional(),
  url: webhookUrlSchema.optional(),
  kinds: webhookKindsSchema.optional(),
  enabled: z.boolean().optional().describe('Switching on forgets why it was switched off.'),
})

/** Changes what is present of a subscription. Throws `invalid`, `not_found`, and `conflict` when the name is taken. */
export async function updateWebhook(
  tx: Tx,
  context: WorkContext,
  input: z.input<typeof webhookUpdateSchema> & { webhookId: number },
): Promise<Webhook> {
  const { webhookId, ...rest } = input
  const update = parseInput(webhookUpdateSchema, rest, 'webhook')
  const before = await webhookForUpdate(tx, context.projectId, webhookId)
  if (
    update.name !== undefined &&
    update.name !== before.name &&
    (await findWebhookByName(tx, context.projectId, update.name))
  ) {
    throw new AppError('conflict', `The project has a webhook "${update.name}" already; choose another name.`)
  }
  const forgiven = update.enabled ? { disabledReason: null, failingSince: null } : {}
  return updateWebhookRow(tx, before.id, { ...update, ...forgiven, updatedAt: context.now })
}
