import type { Database } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { Vault } from '../../platform/secrets.ts'
import { type Route, route } from '../../team/route.ts'
import { createWebhook } from './create-webhook.ts'
import { deleteWebhook } from './delete-webhook.ts'
import { endOldSecret } from './end-old-secret.ts'
import { getWebhook } from './get-webhook.ts'
import { previewWebhook } from './preview-webhook.ts'
import { replayDeliveries } from './replay-deliveries.ts'
import { rotateWebhookSecret } from './rotate-webhook-secret.ts'
import { testWebhook } from './test-webhook.ts'
import { updateWebhook } from './update-webhook.ts'
import { webhookView } from './webhook.ts'
import { findDelivery, listDeliveries } from './webhook-deliveries.store.ts'
import * as calls from './webhooks.schemas.ts'
import { listWebhooks } from './webhooks.store.ts'

interface Parts {
  db: Database
  vault: Vault
  /** Something may wait for a webhook. */
  webhooksWake(): void
}

/** The calls about webhooks and their deliveries. */
export function webhooksRoutes(parts: Parts): Route[] {
  return [...subscriptionRoutes(parts), ...deliveryRoutes(parts)]
}

function subscriptionRoutes({ db, vault, webhooksWake }: Parts): Route[] {
  return [
    route(calls.getWebhooks, async ({ context, query }) => {
      const { items, nextCursor } = await listWebhooks(db, context.projectId, query)
      return { items: items.map(webhookView), nextCursor }
    }),
    route(calls.postWebhook, async ({ context, body }) => {
      const { webhook, secret } = await db.transaction((tx) => createWebhook(tx, context, body, vault))
      return { ...webhookView(webhook), secret }
    }),
    route(calls.getWebhookById, async ({ context, params }) =>
      webhookView(await getWebhook(db, context.projectId, params.id)),
    ),
    route(calls.patchWebhook, async ({ context, params, body }) => {
      const webhook = await db.transaction((tx) => updateWebhook(tx, context, { webhookId: params.id, ...body }, vault))
      webhooksWake()
      return webhookView(webhook)
    }),
    route(calls.removeWebhook, ({ context, params }) =>
      db.transaction((tx) => deleteWebhook(tx, context, { webhookId: params.id })),
    ),
    route(calls.postRotate, async ({ context, params }) => {
      const { webhook, secret } = await db.transaction((tx) =>
        rotateWebhookSecret(tx, context, { webhookId: params.id }, vault),
      )
      return { ...webhookView(webhook), secret }
    }),
    route(calls.postEndOldSecret, async ({ context, params }) =>
      webhookView(await db.transaction((tx) => endOldSecret(tx, context, { webhookId: params.id }))),
    ),
    route(calls.postWebhookPreview, ({ context, params, body }) =>
      previewWebhook(db, context, { webhookId: params.id, ...body }, vault),
    ),
    route(calls.postWebhookTest, async ({ context, params }) => {
      const queued = await db.transaction((tx) => testWebhook(tx, context, { webhookId: params.id }))
      webhooksWake()
      return queued
    }),
  ]
}

function deliveryRoutes({ db, webhooksWake }: Parts): Route[] {
  return [
    route(calls.getDeliveries, ({ context, query }) => listDeliveries(db, context.projectId, query)),
    route(calls.getDelivery, async ({ context, params }) => {
      const delivery = await findDelivery(db, context.projectId, params.id)
      if (!delivery) throw new AppError('not_found', `There is no webhook delivery ${params.id} in this project.`)
      return delivery
    }),
    route(calls.postDeliveryReplay, async ({ context, params }) => {
      const answer = await db.transaction((tx) => replayDeliveries(tx, context, { deliveryId: params.id }))
      webhooksWake()
      return answer
    }),
    route(calls.postWebhookReplay, async ({ context, params, body }) => {
      const answer = await db.transaction((tx) => replayDeliveries(tx, context, { webhookId: params.id, ...body }))
      webhooksWake()
      return answer
    }),
  ]
}
