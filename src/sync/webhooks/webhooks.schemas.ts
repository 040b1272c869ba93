import { z } from 'zod'
import { operation } from '../../platform/http/operation.ts'
import {
  idParams,
  idSchema,
  momentSchema,
  nullableMomentSchema,
  pageOf,
  pageQuery,
} from '../../platform/http/schemas.ts'
import { newWebhookSchema } from './create-webhook.ts'
import { webhookPreviewSchema } from './preview-webhook.ts'
import { webhookUpdateSchema } from './update-webhook.ts'
import { webhookFilterSchema } from './webhook-filter.ts'
import { webhookMethodSchema } from './webhook-request.ts'

const webhookAnswer = z
  .object({
    id: z.int(),
    name: z.string(),
    url: z.string(),
    method: webhookMethodSchema,
    headers: z.record(z.string(), z.string()),
    secretHeaders: z.array(z.string()).describe('Names of the headers whose values are not shown.'),
    kinds: z.array(z.string()),
    filter: webhookFilterSchema.nullable(),
    template: z.unknown().describe('Null where the standard payload is sent.'),
    enabled: z.boolean(),
    disabledReason: z.string().nullable().describe('Why it was switched off by us.'),
    failingSince: nullableMomentSchema,
    liveSecrets: z.int().describe('How many signing secrets are live: two while one is being rotated out.'),
    createdAt: momentSchema,
    updatedAt: momentSchema,
  })
  .meta({ id: 'Webhook' })

const webhookWithSecret = webhookAnswer
  .extend({ secret: z.string().describe('The signing secret; it is not shown again.') })
  .meta({ id: 'WebhookWithSecret' })

const deliveryStatus = z.enum(['pending', 'sending', 'sent', 'dead'])

const requestAnswer = z
  .object({
    method: z.string(),
    url: z.string(),
    headers: z.record(z.string(), z.string()).describe('Secrets and signatures are masked.'),
    body: z.string().describe('Its first 4,000 characters; what looks like a secret is masked.'),
  })
  .nullable()

const responseAnswer = z
  .object({
    headers: z.record(z.string(), z.string()),
    body: z.string().describe('Its first 4,000 characters; what looks like a secret is masked.'),
  })
  .nullable()

const deliveryAnswer = z
  .object({
    id: z.int(),
    webhookId: z.int(),
    changeId: z.int().nullable(),
    kind: z.string().describe('The kind of the change; `webhook.test` of a test.'),
    contactId: z.int().nullable(),
    dealId: z.int().nullable(),
    payload: z.unknown().describe('The standard payload; what a template made of it is shown by the attempts.'),
    status: deliveryStatus,
    error: z.string().nullable(),
    dueAt: momentSchema.describe('When it is tried (again), while it is not over.'),
    doubtful: z.boolean().describe('The receiver may have it twice: a process died during an attempt.'),
    createdAt: momentSchema,
    finishedAt: nullableMomentSchema,
    attempts: z.array(
      z.object({
        number: z.int(),
        startedAt: momentSchema,
        durationMs: z.int(),
        outcome: z.enum(['sent', 'retry', 'dead']),
        status: z.int().nullable().describe("The receiver's HTTP status."),
        error: z.string().nullable(),
        request: requestAnswer.describe('What was sent; null where nothing could be.'),
        response: responseAnswer.describe('Null where there was no answer.'),
      }),
    ),
  })
  .meta({ id: 'Delivery' })

const webhooks = { tag: 'webhooks' } as const

export const getWebhooks = operation({
  ...webhooks,
  id: 'listWebhooks',
  method: 'get',
  path: '/webhooks',
  summary: 'Lists the webhook subscriptions, the oldest first',
  access: 'read',
  query: pageQuery,
  answer: pageOf(webhookAnswer),
})

export const postWebhook = operation({
  ...webhooks,
  id: 'createWebhook',
  method: 'post',
  path: '/webhooks',
  summary: 'Subscribes an address to changes',
  description: 'Signed as https://www.standardwebhooks.com describes. The secret is in this answer only.',
  access: 'admin',
  body: newWebhookSchema,
  answer: webhookWithSecret,
  status: 201,
})

export const getWebhookById = operation({
  ...webhooks,
  id: 'readWebhook',
  method: 'get',
  path: '/webhooks/{id}',
  summary: 'Reads a webhook subscription',
  access: 'read',
  params: idParams,
  answer: webhookAnswer,
})

export const patchWebhook = operation({
  ...webhooks,
  id: 'updateWebhook',
  method: 'patch',
  path: '/webhooks/{id}',
  summary: 'Changes what is given of a webhook subscription',
  access: 'admin',
  params: idParams,
  body: webhookUpdateSchema,
  answer: webhookAnswer,
})

export const removeWebhook = operation({
  ...webhooks,
  id: 'deleteWebhook',
  method: 'delete',
  path: '/webhooks/{id}',
  summary: 'Ends a webhook subscription',
  access: 'admin',
  params: idParams,
})

export const postRotate = operation({
  ...webhooks,
  id: 'rotateWebhookSecret',
  method: 'post',
  path: '/webhooks/{id}/rotate',
  summary: 'Makes a new signing secret; the one before stays live until the next rotation',
  access: 'admin',
  params: idParams,
  answer: webhookWithSecret,
})

export const postEndOldSecret = operation({
  ...webhooks,
  id: 'endOldWebhookSecret',
  method: 'post',
  path: '/webhooks/{id}/rotate/end',
  summary: 'Ends the signing secret that was rotated out: only the newest signs from now on',
  access: 'admin',
  params: idParams,
  answer: webhookAnswer,
})

export const postWebhookPreview = operation({
  ...webhooks,
  id: 'previewWebhook',
  method: 'post',
  path: '/webhooks/{id}/preview',
  summary: 'Shows what a webhook would send of a change, a deal or a contact; nothing is sent',
  access: 'read',
  params: idParams,
  body: webhookPreviewSchema,
  answer: z.object({
    kind: z.string(),
    wanted: z.boolean().describe('Whether the kinds and the filter let it pass.'),
    request: requestAnswer.describe('Without its signature.'),
    error: z.object({ code: z.string(), message: z.string() }).nullable().describe('Why it cannot be made.'),
  }),
})

export const postWebhookTest = operation({
  ...webhooks,
  id: 'testWebhook',
  method: 'post',
  path: '/webhooks/{id}/test',
  summary: 'Sends a delivery of the kind webhook.test; its attempts tell what came of it',
  access: 'admin',
  params: idParams,
  answer: z.object({ deliveryId: z.int() }),
  status: 202,
})

const momentInput = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .optional()
  .meta({ type: 'string', format: 'date-time' })

export const getDeliveries = operation({
  ...webhooks,
  id: 'listDeliveries',
  method: 'get',
  path: '/deliveries',
  summary: 'Lists deliveries to webhooks with every attempt, the newest first',
  access: 'read',
  query: pageQuery.extend({
    webhookId: idSchema.optional(),
    status: deliveryStatus.optional(),
    kind: z
      .string()
      .regex(/^[a-z_]+\.(\*|[a-z_]+)$/, 'expected a kind of change such as deal.created, or deal.*')
      .optional()
      .describe('A kind of change; `deal.*` stands for all that begin with `deal.`.'),
    contactId: idSchema.optional(),
    dealId: idSchema.optional(),
    from: momentInput.describe('Made at or after this moment.'),
    to: momentInput.describe('Made before this moment.'),
  }),
  answer: pageOf(deliveryAnswer),
})

export const getDelivery = operation({
  ...webhooks,
  id: 'readDelivery',
  method: 'get',
  path: '/deliveries/{id}',
  summary: 'Reads a delivery to a webhook with every attempt',
  access: 'read',
  params: idParams,
  answer: deliveryAnswer,
})

const replayed = z.object({ replayed: z.int().describe('How many are sent again.') })

export const postDeliveryReplay = operation({
  ...webhooks,
  id: 'replayDelivery',
  method: 'post',
  path: '/deliveries/{id}/replay',
  summary: 'Sends a delivery again that is over, under its first webhook-id',
  access: 'admin',
  params: idParams,
  answer: replayed,
  status: 202,
})

export const postWebhookReplay = operation({
  ...webhooks,
  id: 'replayDeliveries',
  method: 'post',
  path: '/webhooks/{id}/replay',
  summary: 'Sends dead deliveries of a webhook again, or all that were made in a range of time',
  access: 'admin',
  params: idParams,
  body: z
    .strictObject({
      which: z.enum(['dead', 'all']).default('dead').describe('`all`: also those that arrived once; needs `from`.'),
      from: momentInput.describe('Made at or after this moment.'),
      to: momentInput.describe('Made before this moment.'),
    })
    .prefault({}),
  answer: replayed,
  status: 202,
})
