import { and, asc, desc, eq, gte, inArray, like, lt } from 'drizzle-orm'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import { insertRows, runTogether } from '../../platform/database/statement.ts'
import { insertDeliveries } from '../../platform/deliveries/deliveries.store.ts'
import { type DeliveryStatus, deliveries, deliveryAttempts } from '../../platform/deliveries/deliveries.table.ts'
import { makePage, type Page, type PageRequest, readPage } from '../../platform/paging.ts'
import type { ChangePayload } from './change-payload.ts'
import type { ExchangeRecord } from './record-exchange.ts'
import { webhookQueue } from './webhook-queue.ts'
import { webhookDeliveries } from './webhooks.table.ts'

/** One try to hand a delivery over. */
export interface DeliveryAttempt {
  number: number
  startedAt: Date
  durationMs: number
  outcome: 'sent' | 'retry' | 'dead'
  /** The receiver's HTTP status; null where there was no answer. */
  status: number | null
  error: string | null
  /** What was sent, if it came to that. */
  request: ExchangeRecord['request'] | null
  response: ExchangeRecord['response'] | null
}

/** What a subscription was, or is to be, told, with every try. */
export interface WebhookDelivery {
  id: number
  webhookId: number
  changeId: number | null
  kind: string
  contactId: number | null
  dealId: number | null
  /** The standard payload, of which the template of the subscription makes what is sent. */
  payload: unknown
  status: DeliveryStatus
  error: string | null
  /** When it is tried (again), while it is not over. */
  dueAt: Date
  /** The receiver may have it twice: a process died between an attempt and the note of its result. */
  doubtful: boolean
  createdAt: Date
  finishedAt: Date | null
  attempts: DeliveryAttempt[]
}

/** A delivery that is about to be stored. */
export interface WebhookDeliveryDraft {
  projectId: number
  webhookId: number
  /** Null of a test. */
  changeId: number | null
  contactId: number | null
  dealId: number | null
  payload(deliveryId: number): ChangePayload
}

/** Stores deliveries that are due at once, in this order. Gives their numbers. */
export async function insertWebhookDeliveries(tx: Tx, drafts: WebhookDeliveryDraft[], now: Date): Promise<number[]> {
  const ids = await drawDeliveryIds(tx, drafts.length)
  const rows = drafts.map((draft, index) => ({ ...draft, id: ids[index]!, payload: draft.payload(ids[index]!) }))
  const queued = rows.map(({ id, projectId, webhookId, payload }) => ({
    id,
    projectId,
    queue: webhookQueue(webhookId),
    // A receiver hears of one deal, or one contact, in order; what is slow there holds up nothing else.
    lane: `webhook:${webhookId}:${payload.ordering?.key ?? 'test'}`,
    kind: 'webhook',
    subjectId: webhookId,
    payload,
    status: 'pending' as const,
    attempts: 0,
    dueAt: now,
    doubtful: false,
  }))
  const told = rows.map(({ id, projectId, webhookId, changeId, contactId, dealId, payload }) => ({
    delivery_id: id,
    project_id: projectId,
    webhook_id: webhookId,
    change_id: changeId,
    change_kind: payload.type,
    contact_id: contactId,
    deal_id: dealId,
    ordering_key: payload.ordering?.key,
    queued_at: now,
  }))
  const columns = [
    'delivery_id',
    'project_id',
    'webhook_id',
    'change_id',
    'change_kind',
    'contact_id',
    'deal_id',
    'ordering_key',
    'queued_at',
  ]
  await runTogether(tx, [insertDeliveries(queued, '', now), insertRows('webhook_deliveries', columns, told)])
  return ids
}

/** Draws numbers for deliveries, growing. */
async function drawDeliveryIds(tx: Tx, count: number): Promise<number[]> {
  const rows = await tx.query<{ id: number }>(`select nextval('batch_ids') as id from generate_series(1, $1::int)`, [
    count,
  ])
  return rows.map((row) => Number(row.id)).sort((a, b) => a - b)
}

/** What narrows a list of deliveries. */
export interface DeliveryFilter extends PageRequest {
  webhookId?: number
  status?: DeliveryStatus
  /** A kind of change; `deal.*` stands for all that begin with `deal.`. */
  kind?: string
  contactId?: number
  dealId?: number
  /** Made at or after this moment. */
  from?: Date
  /** Made before this moment. */
  to?: Date
}

/** The project's deliveries to webhooks with their attempts, the newest first. */
export async function listDeliveries(
  db: Queryable,
  projectId: number,
  filter: DeliveryFilter,
): Promise<Page<WebhookDelivery>> {
  const { after, limit } = readPage(filter)
  const { webhookId, status, kind, contactId, dealId, from, to } = filter
  const told = webhookDeliveries
  const rows = await selectDeliveries(db)
    .where(
      and(
        eq(told.projectId, projectId),
        webhookId === undefined ? undefined : eq(told.webhookId, webhookId),
        status === undefined ? undefined : eq(deliveries.status, status),
        kind === undefined ? undefined : isOfKind(kind),
        contactId === undefined ? undefined : eq(told.contactId, contactId),
        dealId === undefined ? undefined : eq(told.dealId, dealId),
        from === undefined ? undefined : gte(deliveries.createdAt, from),
        to === undefined ? undefined : lt(deliveries.createdAt, to),
        after === undefined ? undefined : lt(told.deliveryId, after),
      ),
    )
    .orderBy(desc(told.deliveryId))
    .limit(limit + 1)
  const page = makePage(rows, limit, ({ delivery }) => delivery.id)
  return { ...page, items: await withAttempts(db, page.items) }
}

function isOfKind(kind: string) {
  if (!kind.endsWith('.*')) return eq(webhookDeliveries.changeKind, kind)
  return like(webhookDeliveries.changeKind, `${kind.slice(0, -1).replaceAll('_', '\\_')}%`)
}

export async function findDelivery(db: Queryable, projectId: number, id: number): Promise<WebhookDelivery | undefined> {
  const rows = await selectDeliveries(db).where(
    and(eq(webhookDeliveries.projectId, projectId), eq(webhookDeliveries.deliveryId, id)),
  )
  return (await withAttempts(db, rows))[0]
}

/** Which finished deliveries are to be sent again. */
export interface ReplaySelection {
  webhookId: number
  statuses: DeliveryStatus[]
  deliveryId?: number
  /** Made at or after this moment. */
  from?: Date
  /** Made before this moment. */
  to?: Date
}

/** Puts finished deliveries back into their queue, due at once; what was tried stays recorded. Gives how many. */
export async function reopenDeliveries(tx: Tx, now: Date, selection: ReplaySelection): Promise<number> {
  const rows = await tx.query(
    `with reopened as (
       update deliveries set status = 'pending', queue = $8, due_at = $2::timestamptz, error = null, result = null, finished_at = null,
              started_by = null, doubtful = false
        where id in (select delivery_id from webhook_deliveries where webhook_id = $1 and ($4::bigint is null or delivery_id = $4::bigint))
          and kind = 'webhook' and finished_at is not null and status in (select json_array_elements_text($3::text::json))
          and ($5::text is null or created_at >= $5::timestamptz) and ($6::text is null or created_at < $6::timestamptz)
        returning id)
     update webhook_deliveries w set queued_at = $7::timestamptz from reopened r where w.delivery_id = r.id returning r.id`,
    [
      selection.webhookId,
      now.toISOString(),
      JSON.stringify(selection.statuses),
      selection.deliveryId ?? null,
      selection.from?.toISOString() ?? null,
      selection.to?.toISOString() ?? null,
      now.toISOString(),
      webhookQueue(selection.webhookId),
    ],
  )
  return rows.length
}

/** What waits for a subscription is due at once, and has all its patience again. */
export async function requeueWaiting(tx: Tx, webhookId: number, now: Date): Promise<void> {
  await tx.query(
    `with waiting as (
       update deliveries set due_at = $2::timestamptz where queue = $1 and finished_at is null and status = 'pending' returning id)
     update webhook_deliveries w set queued_at = $3::timestamptz from waiting where w.delivery_id = waiting.id`,
    [webhookQueue(webhookId), now.toISOString(), now.toISOString()],
  )
}

/** Ends what waits for a subscription that is there no more. */
export async function endWaiting(tx: Tx, webhookId: number, error: string, now: Date): Promise<void> {
  await tx.query(
    `update deliveries set status = 'dead', error = $2, finished_at = $3::timestamptz
      where queue = $1 and finished_at is null and status = 'pending'`,
    [webhookQueue(webhookId), error, now.toISOString()],
  )
}

/** The delivery that has waited longest for a subscription. */
export async function oldestWaiting(db: Queryable, webhookId: number): Promise<number | undefined> {
  const rows = await db.query<{ id: number }>(
    `select id from deliveries where queue = $1 and finished_at is null order by id limit 1`,
    [webhookQueue(webhookId)],
  )
  return rows[0]?.id
}

function selectDeliveries(db: Queryable) {
  return db.orm
    .select({ delivery: deliveries, told: webhookDeliveries })
    .from(webhookDeliveries)
    .innerJoin(deliveries, eq(deliveries.id, webhookDeliveries.deliveryId))
    .$dynamic()
}

type DeliveryRow = Awaited<ReturnType<typeof selectDeliveries>>[number]

async function withAttempts(db: Queryable, rows: DeliveryRow[]): Promise<WebhookDelivery[]> {
  if (rows.length === 0) return []
  const ids = rows.map(({ delivery }) => delivery.id)
  const attempts = await db.orm
    .select()
    .from(deliveryAttempts)
    .where(inArray(deliveryAttempts.deliveryId, ids))
    .orderBy(asc(deliveryAttempts.number))
  const byDelivery = Map.groupBy(attempts, (attempt) => attempt.deliveryId)
  return rows.map(({ delivery: { id, payload, status, error, dueAt, doubtful, createdAt, finishedAt }, told }) => ({
    id,
    webhookId: told.webhookId,
    changeId: told.changeId,
    kind: told.changeKind,
    contactId: told.contactId,
    dealId: told.dealId,
    payload,
    status,
    error,
    dueAt,
    doubtful,
    createdAt,
    finishedAt,
    attempts: (byDelivery.get(id) ?? []).map(attemptOf),
  }))
}

function attemptOf(row: typeof deliveryAttempts.$inferSelect): DeliveryAttempt {
  const { number, startedAt, durationMs, outcome, status, error } = row
  const { request = null, response = null } = (row.detail ?? {}) as Partial<ExchangeRecord>
  return { number, startedAt, durationMs, outcome, status, error, request, response }
}
