import { and, asc, eq, gt, inArray } from 'drizzle-orm'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import { makePage, type Page, type PageRequest, readPage } from '../../platform/paging.ts'
import { projects } from '../../team/team.table.ts'
import type { Webhook } from './webhook.ts'
import { webhookDeliveries, webhooks } from './webhooks.table.ts'

/** The project's subscriptions, the oldest first. */
export async function listWebhooks(db: Queryable, projectId: number, filter: PageRequest): Promise<Page<Webhook>> {
  const { after, limit } = readPage(filter)
  const rows = await db.orm
    .select()
    .from(webhooks)
    .where(and(eq(webhooks.projectId, projectId), after === undefined ? undefined : gt(webhooks.id, after)))
    .orderBy(asc(webhooks.id))
    .limit(limit + 1)
  return makePage(rows, limit, (webhook) => webhook.id)
}

export async function findWebhook(db: Queryable, projectId: number, id: number): Promise<Webhook | undefined> {
  const [webhook] = await db.orm.select().from(webhooks).where(ofProject(projectId, id))
  return webhook
}

/** Where a delivery goes. */
export interface Destination {
  webhook: Webhook
  /** The project's. */
  timeZone: string
  /** When the delivery was made, or last sent again by hand. */
  queuedAt: Date
}

/** The subscription that a delivery is for; undefined when it was removed. */
export async function findDestination(
  db: Queryable,
  projectId: number,
  webhookId: number,
  deliveryId: number,
): Promise<Destination | undefined> {
  const [found] = await db.orm
    .select({ webhook: webhooks, timeZone: projects.timeZone, queuedAt: webhookDeliveries.queuedAt })
    .from(webhooks)
    .innerJoin(projects, eq(projects.id, webhooks.projectId))
    .innerJoin(webhookDeliveries, eq(webhookDeliveries.deliveryId, deliveryId))
    .where(ofProject(projectId, webhookId))
  return found
}

/** The numbers of all subscriptions that are switched off. */
export async function switchedOffWebhookIds(db: Queryable): Promise<Set<number>> {
  const rows = await db.orm.select({ id: webhooks.id }).from(webhooks).where(eq(webhooks.enabled, false))
  return new Set(rows.map(({ id }) => id))
}

/** The subscription, its row locked until the transaction ends. */
export async function lockWebhook(tx: Tx, projectId: number, id: number): Promise<Webhook | undefined> {
  const [webhook] = await tx.orm.select().from(webhooks).where(ofProject(projectId, id)).for('update')
  return webhook
}

/** The subscriptions of these projects that are switched on. */
export async function readEnabledWebhooks(db: Queryable, projectIds: number[]): Promise<Webhook[]> {
  return db.orm
    .select()
    .from(webhooks)
    .where(and(inArray(webhooks.projectId, projectIds), eq(webhooks.enabled, true)))
    .orderBy(asc(webhooks.id))
}

/** Undefined when the project has a subscription of that name. */
export async function insertWebhook(tx: Tx, row: typeof webhooks.$inferInsert): Promise<Webhook | undefined> {
  const [webhook] = await tx.orm.insert(webhooks).values(row).onConflictDoNothing().returning()
  return webhook
}

export async function findWebhookByName(db: Queryable, projectId: number, name: string): Promise<Webhook | undefined> {
  const [webhook] = await db.orm
    .select()
    .from(webhooks)
    .where(and(eq(webhooks.projectId, projectId), eq(webhooks.name, name)))
  return webhook
}

export async function updateWebhookRow(tx: Tx, id: number, fields: Partial<Webhook>): Promise<Webhook> {
  const [webhook] = await tx.orm.update(webhooks).set(fields).where(eq(webhooks.id, id)).returning()
  return webhook!
}

export async function deleteWebhookRow(tx: Tx, id: number): Promise<void> {
  await tx.orm.delete(webhooks).where(eq(webhooks.id, id))
}

const ofProject = (projectId: number, id: number) => and(eq(webhooks.id, id), eq(webhooks.projectId, projectId))
