import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { parseInput } from '../../platform/faults.ts'
import type { Vault } from '../../platform/secrets.ts'
import type { WorkContext } from '../../team/context.ts'
import { checkWebhook } from './check-webhook.ts'
import { sealHeaders } from './secret-headers.ts'
import { secretPlace, type Webhook, webhookKindsSchema, webhookUrlSchema } from './webhook.ts'
import { webhookFilterSchema } from './webhook-filter.ts'
import {
  secretHeadersSchema,
  webhookHeadersSchema,
  webhookMethodSchema,
  webhookTemplateSchema,
} from './webhook-request.ts'
import { insertWebhook } from './webhooks.store.ts'

export const webhookNameSchema = z.string().trim().min(1, 'expected a name').max(200)

/** As https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md has it: 24 to 64 bytes. */
const webhookSecretSchema = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]+={0,2}$/, 'expected whsec_ and 24 to 64 bytes in base64')
  .refine((secret) => {
    const { length } = Buffer.from(secret.slice('whsec_'.length), 'base64')
    return length >= 24 && length <= 64
  }, 'expected whsec_ and 24 to 64 bytes in base64')

export const newWebhookSchema = z.strictObject({
  name: webhookNameSchema,
  url: webhookUrlSchema,
  kinds: webhookKindsSchema.describe('Kinds of changes: `deal.created`, `deal.*`, `*`.'),
  filter: webhookFilterSchema
    .nullable()
    .default(null)
    .describe('What must hold of a change and of what it is about; every change of the kinds is sent when null.'),
  method: webhookMethodSchema.default('POST'),
  headers: webhookHeadersSchema.default({}),
  secretHeaders: secretHeadersSchema.default({}),
  template: webhookTemplateSchema.nullable().default(null),
  enabled: z.boolean().default(true),
  secret: webhookSecretSchema.optional().describe('The signing secret; made when absent.'),
})

/**
 * Subscribes an address to changes; the secret is told here and never again. Throws `invalid` with every fault of the filter, the template
 * and the headers, and `conflict` when the name is taken.
 */
export async function createWebhook(
  tx: Tx,
  context: WorkContext,
  input: z.input<typeof newWebhookSchema>,
  vault: Vault,
): Promise<{ webhook: Webhook; secret: string }> {
  const { projectId, now } = context
  const { secret = makeSecret(), ...wanted } = parseInput(newWebhookSchema, input, 'webhook')
  await checkWebhook(tx, projectId, wanted)
  const webhook = await insertWebhook(tx, {
    ...wanted,
    projectId,
    secretHeaders: sealHeaders(wanted.secretHeaders, projectId, vault),
    secrets: [vault.seal(secret, secretPlace(projectId))],
    createdAt: now,
    updatedAt: now,
  })
  if (webhook) return { webhook, secret }
  throw new AppError('conflict', `The project has a webhook "${wanted.name}" already; choose another name.`)
}

export function makeSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}
