import type { Queryable, Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { Webhook } from './webhook.ts'
import { findWebhook, lockWebhook } from './webhooks.store.ts'

/** The project's subscription of that number; throws `not_found`. */
export async function getWebhook(db: Queryable, projectId: number, id: number): Promise<Webhook> {
  return (await findWebhook(db, projectId, id)) ?? refuse(id)
}

/** The same, its row locked until the transaction ends. */
export async function webhookForUpdate(tx: Tx, projectId: number, id: number): Promise<Webhook> {
  return (await lockWebhook(tx, projectId, id)) ?? refuse(id)
}

function refuse(id: number): never {
  throw new AppError('not_found', `There is no webhook ${id} in this project.`)
}
