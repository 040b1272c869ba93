import type { Queryable, Tx } from '../platform/database/database.ts'
import type { HistoryTable } from '../platform/history/prune-history.ts'
import type { ThreadEvent } from './event.ts'
import { contactThread, type Signal } from './receive/thread-queue.ts'

/** What tells a thread among all others. */
export interface ThreadKey {
  project_id: number
  channel_id: number
  external_id: string
}

/** The number of a thread. */
export interface NumberedThread {
  id: number
  channel_id: number
  external_id: string
}

/** Makes the rows of threads that are new, sorted, so that two processes cannot wait for each other; gives the numbers of all. */
export async function ensureThreads(tx: Tx, keys: readonly ThreadKey[]): Promise<NumberedThread[]> {
  const listed = JSON.stringify(keys)
  const [, numbered] = await Promise.all([
    tx.query(
      `insert into threads (project_id, channel_id, external_id)
       select distinct project_id, channel_id, external_id
         from json_to_recordset($1::text::json) as k (project_id bigint, channel_id bigint, external_id text)
        order by channel_id, external_id
       on conflict (channel_id, external_id) do nothing`,
      [listed],
    ),
    tx.query<NumberedThread>(
      `select t.id, t.channel_id, t.external_id
         from json_to_recordset($1::text::json) as k (channel_id bigint, external_id text)
         join threads t on t.channel_id = k.channel_id and t.external_id = k.external_id`,
      [listed],
    ),
  ])
  return numbered
}

/** Stores events as they arrived, to be worked on later; those that are here already are passed over. */
export async function storePending(
  tx: Tx,
  events: {
    project_id: number
    channel_id: number
    thread: string
    external_id: string
    kind: string
    payload: ThreadEvent
    received_at: string
    hold_until: string | null
  }[],
): Promise<void> {
  await tx.query(
    `insert into events (project_id, channel_id, thread_id, external_id, kind, payload, status, received_at, hold_until)
     select e.project_id, e.channel_id, t.id, e.external_id, e.kind, e.payload, 'pending', e.received_at, e.hold_until
       from json_to_recordset($1::text::json) as e (project_id bigint, channel_id bigint, thread text, external_id text,
              kind text, payload jsonb, received_at timestamptz, hold_until timestamptz)
       join threads t on t.channel_id = e.channel_id and t.external_id = e.thread
     on conflict (channel_id, external_id) do nothing`,
    [JSON.stringify(events)],
  )
}

/** The number of the oldest event that waits in a thread, unless it is held back; that one is worked on next. */
export async function oldestPending(db: Queryable, threadId: number, now: Date): Promise<number | undefined> {
  const [row] = await db.query<{ id: number; held: boolean }>(
    `select id, coalesce(hold_until > $2::timestamptz, false) as held from events
      where thread_id = $1 and status = 'pending' order by id limit 1`,
    [threadId, now.toISOString()],
  )
  return row && !row.held ? row.id : undefined
}

/** Sets an event aside with what went wrong, so that the later ones of its thread go on. */
export async function parkEvent(tx: Tx, id: number, error: string): Promise<void> {
  await tx.query(`update events set status = 'parked', error = $2 where id = $1`, [id, error.slice(0, 2000)])
}

/** Puts an event that was set aside back into its queue; gives the thread's number, undefined when there is no such event. */
export async function unparkEvent(tx: Tx, projectId: number, id: number): Promise<number | undefined> {
  const [row] = await tx.query<{ thread_id: number }>(
    `update events set status = 'pending', error = null where id = $1 and project_id = $2 and status = 'parked' returning thread_id`,
    [id, projectId],
  )
  return row?.thread_id
}

/** Numbers of threads in which something stored waits that may be worked on at `now`. */
export async function threadsWaiting(db: Queryable, now: Date, limit: number): Promise<number[]> {
  const rows = await db.query<{ thread_id: number }>(
    `select distinct thread_id from (
       select thread_id from events where status = 'pending' and coalesce(hold_until, $1::timestamptz) <= $1::timestamptz
        order by id limit $2) as waiting`,
    [now.toISOString(), limit],
  )
  return rows.map((row) => row.thread_id)
}

/** Puts a signal into its thread's queue; gives the thread's number. */
export async function insertSignal(tx: Tx, now: Date, signal: Signal): Promise<number> {
  const thread = await signalThread(tx, signal)
  await tx.query(
    `insert into events (project_id, channel_id, thread_id, external_id, kind, payload, status, received_at)
     values ($1, 0, $2, $3, 'signal', $4::text::jsonb, 'pending', $5::timestamptz)
     on conflict (channel_id, external_id) do nothing`,
    [
      signal.projectId,
      thread,
      signal.key,
      JSON.stringify({ kind: 'signal', signal: signal.signal, data: signal.data }),
      now.toISOString(),
    ],
  )
  return thread
}

async function signalThread(tx: Tx, signal: Signal): Promise<number> {
  if ('conversationId' in signal.thread) {
    const [row] = await tx.query<{ id: number }>(
      'select id from threads where conversation_id = $1 order by id desc limit 1',
      [signal.thread.conversationId],
    )
    if (row) return row.id
    throw new Error(`Conversation ${signal.thread.conversationId} has no thread.`)
  }
  const external = contactThread(signal.thread.contactId)
  const [made] = await ensureThreads(tx, [{ project_id: signal.projectId, channel_id: 0, external_id: external }])
  return made!.id
}

/** Events that were worked on; those that were set aside stay. */
export const eventHistory: HistoryTable = { table: 'events', made: 'received_at', over: `r.status = 'done'` }
