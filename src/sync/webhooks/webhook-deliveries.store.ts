import { and, asc, desc, eq, inArray, lt } from 'drizzle-orm'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import { type DeliveryStatus, deliveries, deliveryAttempts } from '../../platform/deliveries/deliveries.table.ts'
import { makePage, type Page, type PageRequest, readPage } from '../../platform/paging.ts'

type DeliveryRow = typeof deliveries.$inferSelect

/** One try to hand a delivery over. */
export type DeliveryAttempt = typeof deliveryAttempts.$inferSelect

/** What a subscription was, or is to be, told, with every try. */
export interface WebhookDelivery {
  id: number
  webhookId: number
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

/** Draws numbers for deliveries, growing. */
export async function drawDeliveryIds(tx: Tx, count: number): Promise<number[]> {
  const rows = await tx.query<{ id: number }>(`select nextval('batch_ids') as id from generate_series(1, $1::int)`, [
    count,
  ])
  return rows.map((row) => Number(row.id)).sort((a, b) => a - b)
}

/** The project's deliveries to webhooks with their attempts, the newest first. */
export async function listDeliveries(
  db: Queryable,
  projectId: number,
  filter: PageRequest & { webhookId?: number; status?: DeliveryStatus },
): Promise<Page<WebhookDelivery>> {
  const { after, limit } = readPage(filter)
  const rows = await db.orm
    .select()
    .from(deliveries)
    .where(
      and(
        ofProject(projectId),
        filter.webhookId === undefined ? undefined : eq(deliveries.subjectId, filter.webhookId),
        filter.status === undefined ? undefined : eq(deliveries.status, filter.status),
        after === undefined ? undefined : lt(deliveries.id, after),
      ),
    )
    .orderBy(desc(deliveries.id))
    .limit(limit + 1)
  const page = makePage(rows, limit, (row) => row.id)
  return { ...page, items: await withAttempts(db, page.items) }
}

export async function findDelivery(db: Queryable, projectId: number, id: number): Promise<WebhookDelivery | undefined> {
  const rows = await db.orm
    .select()
    .from(deliveries)
    .where(and(ofProject(projectId), eq(deliveries.id, id)))
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
export async function reopenDeliveries(
  tx: Tx,
  projectId: number,
  now: Date,
  selection: ReplaySelection,
): Promise<number> {
  const rows = await tx.query(
    `update deliveries set status = 'pending', due_at = $3::timestamptz, error = null, result = null, finished_at = null,
            started_by = null, doubtful = false
      where kind = 'webhook' and project_id = $1 and subject_id = $2 and finished_at is not null
        and status in (select json_array_elements_text($4::text::json))
        and ($5::bigint is null or id = $5::bigint)
        and ($6::text is null or created_at >= $6::timestamptz) and ($7::text is null or created_at < $7::timestamptz)
      returning id`,
    [
      projectId,
      selection.webhookId,
      now.toISOString(),
      JSON.stringify(selection.statuses),
      selection.deliveryId ?? null,
      selection.from?.toISOString() ?? null,
      selection.to?.toISOString() ?? null,
    ],
  )
  return rows.length
}

async function withAttempts(db: Queryable, rows: DeliveryRow[]): Promise<WebhookDelivery[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const attempts = await db.orm
    .select()
    .from(deliveryAttempts)
    .where(inArray(deliveryAttempts.deliveryId, ids))
    .orderBy(asc(deliveryAttempts.number))
  const byDelivery = Map.groupBy(attempts, (attempt) => attempt.deliveryId)
  return rows.map(({ id, subjectId, payload, status, error, dueAt, doubtful, createdAt, finishedAt }) => ({
    id,
    webhookId: subjectId,
    payload,
    status,
    error,
    dueAt,
    doubtful,
    createdAt,
    finishedAt,
    attempts: byDelivery.get(id) ?? [],
  }))
}

const ofProject = (projectId: number) => and(eq(deliveries.kind, 'webhook'), eq(deliveries.projectId, projectId))
