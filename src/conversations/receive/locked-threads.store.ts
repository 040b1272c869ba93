import type { Contact } from '../../contacts/contact.ts'
import { readContactRow } from '../../contacts/contact-row.store.ts'
import type { Tx } from '../../platform/database/database.ts'
import { jsonRowReader, type VersionedRow, versionedRow } from '../../platform/database/json-row.ts'
import { type NumberBlock, numberBlock } from '../conversations.store.ts'
import { conversations } from '../conversations.table.ts'
import type { ThreadEvent } from '../event.ts'
import type { Identity } from '../message.ts'
import { type OperatorRow, type Operators, operatorsBy, operatorsByKey } from './speaking-operators.store.ts'
import type { QueuedEvent, ThreadQueue } from './thread-queue.ts'

/** What a batch needs to know besides its threads. */
export interface ArrivingEvents {
  /** Vendors' ids of the arriving events, to find those that are here already. */
  events: { channel_id: number; external_id: string }[]
  people: ({ project_id: number } & Identity)[]
  /** All identities of those who act in groups: an operator may be known by any. */
  speakers: ({ project_id: number } & Identity)[]
}

/** The threads of a batch, as a common table expression over the first parameter: {@link idList}. */
export const wantedThreads =
  'wanted as (select *, xmin::text as version from threads where id = any($1::text::bigint[]))'

/** Numbers as one parameter: an array as PostgreSQL writes it. */
export function idList(ids: readonly number[]): string {
  return `{${ids.join(',')}}`
}

const readConversation = jsonRowReader(conversations)

/** Takes the locks of the threads, waiting for other processes, in the order of their numbers. */
export function lockThreads(tx: Tx, ids: readonly number[]): Promise<unknown> {
  return tx.query('select 1 from threads where id = any($1::text::bigint[]) order by id for update', [idList(ids)])
}

/** A thread with its conversation and the contact of that, as they are stored. */
export interface ThreadRow {
  id: number
  project_id: number
  channel_id: number
  external_id: string
  version: string
  conversation: VersionedRow | null
  contact: VersionedRow | null
}

export interface LockedThreads {
  threads: ThreadQueue[]
  /** What {@link threads} were made of; nothing changes it. */
  rows: ThreadRow[]
  /** Contacts by `project/kind/value` of the people that arriving events speak of. */
  people: Map<string, Contact>
  operators: Operators
  /** `channel/external id` of arriving events that are stored already. */
  known: Set<string>
  /** Unfinished deliveries by lane of the threads' conversations: another process may have stored some that we do not hold. */
  open: Map<string, number[]>
  /** Numbers for what the batch will write, drawn under the locks so that they grow with the commits. */
  numbers: NumberBlock[]
}

interface LockedRow {
  threads: ThreadRow[] | null
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
  /** These three only where something arrives. */
  people?: { key: string; contact: Record<string, unknown> }[] | null
  operators?: OperatorRow[] | null
  known?: { channel_id: number; external_id: string }[] | null
  open: { lane: string; ids: number[] | null }[] | null
  numbers: number[] | null
}

/** What is known already of arriving events, and of the people they speak of. */
const arrivalParts = [
  `(select json_agg(json_build_object('channel_id', e.channel_id, 'external_id', e.external_id))
      from json_to_recordset($4::text::json) as k (channel_id bigint, external_id text)
      join events e on e.channel_id = k.channel_id and e.external_id = k.external_id) as known`,
  `(select json_agg(json_build_object('key', i.project_id || '/' || i.kind || '/' || i.value, 'contact', row_to_json(p)))
      from json_to_recordset($5::text::json) as k (project_id bigint, kind text, value text)
      join identities i on i.project_id = k.project_id and i.kind = k.kind and i.value = k.value
      join contacts p on p.id = i.contact_id) as people`,
]

/** Reads, after the locks are held and so in a statement of its own, what the batch works on; takes so many stored events at most. */
export async function readLockedThreads(
  tx: Tx,
  ids: readonly number[],
  arriving: ArrivingEvents,
  take: { events: number; numberBlocks: number },
): Promise<LockedThreads> {
  const parts = [
    `(select json_agg(json_build_object('id', w.id, 'project_id', w.project_id, 'channel_id', w.channel_id,
               'external_id', w.external_id, 'version', w.version, 'conversation', ${versionedRow('c')}, 'contact', ${versionedRow('p')}))
        from wanted w
        left join conversations c on c.id = w.conversation_id
        left join contacts p on p.id = coalesce(case when c.kind <> 'group' then c.contact_id end,
          case when w.channel_id = 0 then surviving_contact(substring(w.external_id from '^contact:(\\d+)$')::bigint) end)) as threads`,
    `(select json_agg(e) from (
        select e.id, e.thread_id, e.external_id, e.payload, e.received_at, e.hold_until
          from wanted w cross join lateral (
            select * from events e where e.thread_id = w.id and e.status = 'pending' order by e.id limit $2) e
         order by e.id limit $2) e) as pending`,
    `(select json_agg(json_build_object('lane', 'conversation:' || w.conversation_id, 'ids', (
          select json_agg(d.id) from deliveries d
           where d.lane = 'conversation:' || w.conversation_id and d.finished_at is null)))
        from wanted w where w.conversation_id is not null) as open`,
    `(select json_agg(nextval('batch_ids')) from generate_series(1, $3::int)) as numbers`,
  ]
  const params: unknown[] = [idList(ids), take.events, take.numberBlocks]
  // What is looked up costs its time also when it is nothing.
  if (arriving.events.length > 0) {
    parts.push(...arrivalParts)
    params.push(JSON.stringify(arriving.events), JSON.stringify(arriving.people))
    if (arriving.speakers.length > 0) {
      parts.push(`(${operatorsBy(6)}) as operators`)
      params.push(JSON.stringify(arriving.speakers))
    }
  }
  const [row] = await tx.query<LockedRow>(`with ${wantedThreads} select ${parts.join(', ')}`, params)
  return {
    threads: threadQueues(row!),
    rows: row!.threads ?? [],
    people: peopleByKey(row!),
    operators: operatorsByKey(row!.operators ?? null),
    known: new Set(row!.known?.map(eventKey)),
    open: new Map(row!.open?.map(({ lane, ids }) => [lane, ids ?? []])),
    numbers: (row!.numbers ?? []).map(numberBlock),
  }
}

/** How an event is looked up in {@link LockedThreads.known}. */
export function eventKey(event: { channel_id: number; external_id: string }): string {
  return `${event.channel_id}/${event.external_id}`
}

function threadQueues(row: LockedRow): ThreadQueue[] {
  const waiting = Map.groupBy(row.pending ?? [], (event) => event.thread_id)
  return (row.threads ?? []).map((thread) => ({
    ...threadQueue(thread),
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

/** A thread of which nothing lines up. */
export function threadQueue(row: ThreadRow): ThreadQueue {
  return {
    id: row.id,
    projectId: row.project_id,
    channelId: row.channel_id,
    externalId: row.external_id,
    conversation: row.conversation ? readConversation(row.conversation.row) : undefined,
    contact: row.contact ? readContactRow(row.contact.row) : undefined,
    events: [],
  }
}

function peopleByKey(row: LockedRow): Map<string, Contact> {
  return new Map((row.people ?? []).map((person) => [person.key, readContactRow(person.contact)]))
}
