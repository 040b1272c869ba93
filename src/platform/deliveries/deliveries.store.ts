import type { Queryable, Tx } from '../database/database.ts'
import { insertRows, type Statement } from '../database/statement.ts'
import type { AttemptResult, Delivery, DeliveryDraft } from './delivery.ts'

/** Stores new deliveries; those that start with the commit are noted as begun by `process`. */
export function insertDeliveries(drafts: DeliveryDraft[], process: string, now: Date): Statement | undefined {
  return insertRows(
    'deliveries',
    [
      'id',
      'project_id',
      'queue',
      'lane',
      'kind',
      'subject_id',
      'payload',
      'status',
      'attempts',
      'due_at',
      'started_by',
      'doubtful',
      'created_at',
    ],
    drafts.map((draft) => ({
      id: draft.id,
      project_id: draft.projectId,
      queue: draft.queue,
      lane: draft.lane,
      kind: draft.kind,
      subject_id: draft.subjectId,
      payload: draft.payload,
      status: draft.status,
      attempts: draft.status === 'sending' ? 1 : 0,
      due_at: draft.dueAt,
      started_by: draft.status === 'sending' ? process : null,
      doubtful: false,
      created_at: now,
    })),
  )
}

/** Notes that attempts begin. Only what is noted may be sent. */
export function noteStarts(deliveries: Delivery[], process: string): Statement | undefined {
  if (deliveries.length === 0) return undefined
  return {
    text: `update deliveries set status = 'sending', started_by = $2, attempts = attempts + 1
      where id in (select n::bigint from json_array_elements_text($1::text::json) as n) and finished_at is null`,
    params: [JSON.stringify(deliveries.map((delivery) => delivery.id)), process],
  }
}

/**
 * Notes how attempts of `process` ended; what another process has taken over meanwhile is no longer its to note. The name
 * stands in the rows, as one beside them would let the planner read the whole table for it.
 */
export function noteResults(results: AttemptResult[], now: Date, process: string): Statement | undefined {
  if (results.length === 0) return undefined
  const rows = results.map(({ delivery, attempt }) => ({
    id: delivery.id,
    process,
    status: attempt.outcome === 'retry' ? 'pending' : attempt.outcome,
    due_at: attempt.outcome === 'retry' ? attempt.dueAt : null,
    error: attempt.outcome === 'sent' ? null : attempt.error,
    result: attempt.result ?? null,
    payload: attempt.outcome === 'retry' ? attempt.payload : null,
    finished_at: attempt.outcome === 'retry' ? null : now,
  }))
  return {
    text: `update deliveries d set status = r.status, due_at = coalesce(r.due_at, d.due_at), error = r.error, result = r.result,
        payload = coalesce(r.payload, d.payload), finished_at = r.finished_at, started_by = null
      from json_to_recordset($1::text::json) as r (id bigint, process text, status text, due_at timestamptz, error text,
        result jsonb, payload jsonb, finished_at timestamptz)
      where d.id = r.id and d.started_by = r.process`,
    params: [JSON.stringify(rows)],
  }
}

/** Keeps single attempts; one that is kept already stays as it is. */
export function insertAttempts(results: AttemptResult[]): Statement | undefined {
  const statement = insertRows(
    'delivery_attempts',
    ['delivery_id', 'number', 'started_at', 'duration_ms', 'outcome', 'status', 'error', 'detail'],
    results.map(({ delivery, attempt, startedAt, durationMs }) => ({
      delivery_id: delivery.id,
      number: delivery.attempts,
      started_at: startedAt,
      duration_ms: Math.round(durationMs),
      outcome: attempt.outcome,
      status: typeof attempt.result?.status === 'number' ? attempt.result.status : null,
      error: attempt.outcome === 'sent' ? null : attempt.error,
      detail: attempt.result ?? null,
    })),
  )
  return statement && { ...statement, text: `${statement.text} on conflict do nothing` }
}

/**
 * Takes over what dead processes had begun to send from queues that are now ours: it goes back to waiting, marked as
 * doubtful, because it may have arrived. Gives how many there were.
 */
export async function reclaimSending(tx: Tx, queues: string[], process: string): Promise<number> {
  const rows = await tx.query(
    `update deliveries set status = 'pending', doubtful = true, started_by = null
      where queue in (select json_array_elements_text($1::text::json)) and finished_at is null
        and status = 'sending' and started_by is distinct from $2 returning id`,
    [JSON.stringify(queues), process],
  )
  return rows.length
}

/** The names of all queues in which something is not over. Reads as many rows as there are such queues. */
export async function readOpenQueues(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ queue: string }>(
    `with recursive open as (
       (select queue from deliveries where finished_at is null order by queue limit 1)
       union all
       select (select d.queue from deliveries d where d.finished_at is null and d.queue > o.queue order by d.queue limit 1)
         from open o where o.queue is not null)
     select queue from open where queue is not null`,
    [],
  )
  return rows.map((row) => row.queue)
}

/**
 * What waits in a queue behind the delivery numbered `after`, in order, and what `process` has begun: it knows best whether
 * it really did, as it may not have heard of the commit.
 */
export async function readPending(
  db: Queryable,
  queue: string,
  after: number,
  limit: number,
  process: string,
): Promise<Delivery[]> {
  const rows = await db.query<{
    id: number
    project_id: number
    queue: string
    lane: string
    kind: string
    subject_id: number
    payload: unknown
    attempts: number
    due: number | string
    doubtful: boolean
  }>(
    `select id, project_id, queue, lane, kind, subject_id, payload, attempts, extract(epoch from due_at) * 1000 as due, doubtful
       from deliveries where queue = $1 and id > $2 and finished_at is null
        and (status = 'pending' or started_by = $4) order by id limit $3`,
    [queue, after, limit, process],
  )
  return rows.map((row) => ({
    id: row.id,
    projectId: row.project_id,
    queue: row.queue,
    lane: row.lane,
    kind: row.kind,
    subjectId: row.subject_id,
    payload: row.payload,
    attempts: row.attempts,
    dueAt: new Date(Number(row.due)),
    doubtful: row.doubtful,
  }))
}
