import type { Contact } from '../contacts/contact.ts'
import { readContactRow } from '../contacts/contact-row.store.ts'
import type { Queryable, Tx } from '../platform/database/database.ts'
import { jsonRowReader } from '../platform/database/json-row.ts'
import { conversations } from './conversations.table.ts'
import type { ThreadEvent } from './event.ts'
import type { Identity } from './message.ts'
import { contactThread, type QueuedEvent, type Signal, type ThreadQueue } from './thread-queue.ts'

/** Which threads a batch works on: those of arriving events, by key, and those known to have something waiting, by number. */
export interface WantedThreads {
  keys: { project_id: number; channel_id: number; external_id: string }[]
  ids: number[]
}

/** What a batch needs to know besides its threads. */
export interface ArrivingEvents {
  /** Vendors' ids of the arriving events, to find those that are here already. */
  events: { channel_id: number; external_id: string }[]
  people: ({ project_id: number } & Identity)[]
}

/** The threads of a batch, as a common table expression over the first two parameters: keys and numbers, as JSON. */
export const wantedThreads = `wanted as (
  select t.* from threads t
    join jsonb_to_recordset($1::text::jsonb) as k (channel_id bigint, external_id text)
      on t.channel_id = k.channel_id and t.external_id = k.external_id
  union
  select t.* from threads t join jsonb_array_elements_text($2::text::jsonb) as n (id) on t.id = n.id::bigint)`

const readConversation = jsonRowReader(conversations)

/** Makes the rows of threads that are new; sorted, so that two processes cannot wait for each other. */
export function ensureThreads(tx: Tx, keys: WantedThreads['keys']): Promise<unknown> {
  return tx.query(
    `insert into threads (project_id, channel_id, external_id)
     select distinct project_id, channel_id, external_id
       from jsonb_to_recordset($1::text::jsonb) as k (project_id bigint, channel_id bigint, external_id text)
      order by channel_id, external_id
     on conflict (channel_id, external_id) do nothing`,
    [JSON.stringify(keys)],
  )
}

/** Takes the locks of the threads, waiting for other processes, in the order of their numbers. */
export function lockThreads(tx: Tx, threads: WantedThreads): Promise<unknown> {
  return tx.query(
    `with ${wantedThreads} select 1 from threads where id in (select id from wanted) order by id for update`,
    [JSON.stringify(threads.keys), JSON.stringify(threads.ids)],
  )
}

export interface LockedThreads {
  threads: ThreadQueue[]
  /** Contacts by `project/kind/value` of the people that arriving events speak of. */
  people: Map<string, Contact>
  /** `channel/external id` of arriving events that are stored already. */
  known: Set<string>
}

interface LockedRow {
  threads:
    | {
        id: number
        project_id: number
        channel_id: number
        external_id: string
        conversation: Json | null
        contact: Json | null
      }[]
    | null
  pending:
    | {
        id: number
        thread_id: number
        external_id: string
        payload: ThreadEvent
        received_at: string
        hold_until: string | null
      }[]
    | null
  people: { key: string; contact: Json }[] | null
  known: { channel_id: number; external_id: string }[] | null
}
type Json = Record<string, unknown>

/** Reads, after the locks are held and so in a statement of its own, what the batch works on; at most `limit` stored events. */
export async function readLockedThreads(
  tx: Tx,
  threads: WantedThreads,
  arriving: ArrivingEvents,
  limit: number,
): Promise<LockedThreads> {
  const [row] = await tx.query<LockedRow>(
    `with ${wantedThreads}
     select
       (select json_agg(json_build_object('id', w.id, 'project_id', w.project_id, 'channel_id', w.channel_id,
                 'external_id', w.external_id, 'conversation', to_jsonb(c), 'contact', to_jsonb(p)))
          from wanted w
          left join conversations c on c.id = w.conversation_id
          left join contacts p on p.id = coalesce(case when c.kind <> 'group' then c.contact_id end,
            case when w.channel_id = 0 then substring(w.external_id from '^contact:(\\d+)$')::bigint end)) as threads,
       (select json_agg(e) from (
          select e.id, e.thread_id, e.external_id, e.payload, e.received_at, e.hold_until
            from wanted w join events e on e.thread_id = w.id
           where e.status = 'pending' order by e.id limit $5) e) as pending,
       (select json_agg(json_build_object('key', i.project_id || '/' || i.kind || '/' || i.value, 'contact', to_jsonb(p)))
          from jsonb_to_recordset($4::text::jsonb) as k (project_id bigint, kind text, value text)
          join identities i on i.project_id = k.project_id and i.kind = k.kind and i.value = k.value
          join contacts p on p.id = i.contact_id) as people,
       (select json_agg(json_build_object('channel_id', e.channel_id, 'external_id', e.external_id))
          from jsonb_to_recordset($3::text::jsonb) as k (channel_id bigint, external_id text)
          join events e on e.channel_id = k.channel_id and e.external_id = k.external_id) as known`,
    [
      JSON.stringify(threads.keys),
      JSON.stringify(threads.ids),
      JSON.stringify(arriving.events),
      JSON.stringify(arriving.people),
      limit,
    ],
  )
  return { threads: threadQueues(row!), people: peopleByKey(row!), known: new Set(row!.known?.map(eventKey)) }
}

/** Unfinished deliveries of the threads' conversations, by lane: another process may have stored some that we do not hold. */
export async function openDeliveries(tx: Tx, threads: WantedThreads): Promise<Map<string, number[]>> {
  const rows = await tx.query<{ lane: string; ids: number[] | null }>(
    `with ${wantedThreads}
     select 'conversation:' || w.conversation_id as lane, json_agg(d.id) filter (where d.id is not null) as ids
       from wanted w left join deliveries d on d.lane = 'conversation:' || w.conversation_id and d.finished_at is null
      where w.conversation_id is not null group by 1`,
    [JSON.stringify(threads.keys), JSON.stringify(threads.ids)],
  )
  return new Map(rows.map((row) => [row.lane, row.ids ?? []]))
}

/** How a person is looked up in {@link LockedThreads.people}. */
export function personKey(projectId: number, identity: Identity): string {
  return `${projectId}/${identity.kind}/${identity.value}`
}

/** How an event is looked up in {@link LockedThreads.known}. */
export function eventKey(event: { channel_id: number; external_id: string }): string {
  return `${event.channel_id}/${event.external_id}`
}

function threadQueues(row: LockedRow): ThreadQueue[] {
  const waiting = Map.groupBy(row.pending ?? [], (event) => event.thread_id)
  return (row.threads ?? []).map((thread) => ({
    id: thread.id,
    projectId: thread.project_id,
    channelId: thread.channel_id,
    externalId: thread.external_id,
    conversation: thread.conversation ? readConversation(thread.conversation) : undefined,
    contact: thread.contact ? readContactRow(thread.contact) : undefined,
    events: (waiting.get(thread.id) ?? []).map(
      (event): QueuedEvent => ({
        id: event.id,
        externalId: event.external_id,
        event: event.payload,
        receivedAt: event.received_at,
        holdUntil: event.hold_until,
      }),
    ),
  }))
}

function peopleByKey(row: LockedRow): Map<string, Contact> {
  return new Map((row.people ?? []).map((person) => [person.key, readContactRow(person.contact)]))
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
       from jsonb_to_recordset($1::text::jsonb) as e (project_id bigint, channel_id bigint, thread text, external_id text,
              kind text, payload jsonb, received_at timestamptz, hold_until timestamptz)
       join threads t on t.channel_id = e.channel_id and t.external_id = e.thread
     on conflict (channel_id, external_id) do nothing`,
    [JSON.stringify(events)],
  )
}

/** Numbers of threads by their keys. */
export async function threadNumbers(tx: Tx, keys: WantedThreads['keys']): Promise<number[]> {
  const rows = await tx.query<{ id: number }>(`with ${wantedThreads} select id from wanted order by id`, [
    JSON.stringify(keys),
    '[]',
  ])
  return rows.map((row) => row.id)
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
      'select id from threads where conversation_id = $1 order by id limit 1',
      [signal.thread.conversationId],
    )
    if (row) return row.id
    throw new Error(`Conversation ${signal.thread.conversationId} has no thread.`)
  }
  const external = contactThread(signal.thread.contactId)
  await ensureThreads(tx, [{ project_id: signal.projectId, channel_id: 0, external_id: external }])
  const [row] = await tx.query<{ id: number }>('select id from threads where channel_id = 0 and external_id = $1', [
    external,
  ])
  return row!.id
}
