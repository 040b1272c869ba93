import type { Queryable, Tx } from '../../platform/database/database.ts'
import { jsonRowReader } from '../../platform/database/json-row.ts'
import type { HistoryTable } from '../../platform/history/prune-history.ts'
import type { Message } from '../conversation.ts'
import { messages } from '../conversations.table.ts'

/** What an old message of a room stands for is asked by nobody. */
export const mirrorHistory: HistoryTable = { table: 'mirrored_messages', made: 'at', over: 'true' }

/** A conversation that the team follows in a room. */
export interface Mirror {
  conversationId: number
  /** The external id of its thread in the room, once it was opened. */
  thread: string | null
  lastMessageId: number
}

/**
 * Makes conversations be followed from the given message on; those that are already stay as they are. Conversations in which an
 * operator is the contact are left out: the team does not talk to itself.
 */
export async function addMirrors(
  tx: Tx,
  channelId: number,
  wanted: { conversationId: number; messageId: number }[],
  now: Date,
): Promise<void> {
  if (wanted.length === 0) return
  await tx.query(
    `insert into conversation_mirrors (channel_id, conversation_id, last_message_id, created_at)
     select $1, c.id, k.message_id - 1, $3::timestamptz
       from json_to_recordset($2::text::json) as k (conversation_id bigint, message_id bigint)
       join conversations c on c.id = k.conversation_id
      where not exists (select 1 from operators o where o.project_id = c.project_id and o.contact_id = c.contact_id)
     on conflict do nothing`,
    [
      channelId,
      JSON.stringify(wanted.map((one) => ({ conversation_id: one.conversationId, message_id: one.messageId }))),
      now.toISOString(),
    ],
  )
}

/** Of these conversations, those that are followed in the room and for which nothing waits to be brought there. */
export async function quietMirrors(
  tx: Tx,
  input: { channelId: number; kind: string; conversationIds: number[] },
): Promise<number[]> {
  const rows = await tx.query<{ conversation_id: number }>(
    `select m.conversation_id from conversation_mirrors m
      where m.channel_id = $1 and m.conversation_id in (select n::bigint from json_array_elements_text($3::text::json) as n)
        and not exists (select 1 from deliveries d where d.kind = $2 and d.subject_id = m.conversation_id
                           and d.queue = 'channel:' || $1::bigint and d.status = 'pending' and d.payload->>'edited' is null)
      order by 1`,
    [input.channelId, input.kind, JSON.stringify(input.conversationIds)],
  )
  return rows.map((row) => Number(row.conversation_id))
}

/** The mirrors of these conversations in the room. */
export async function findMirrors(
  db: Queryable,
  channelId: number,
  conversationIds: number[],
): Promise<Map<number, Mirror>> {
  const rows = await db.query<{ conversation_id: number; thread: string | null; last_message_id: number }>(
    `select conversation_id, thread, last_message_id from conversation_mirrors
      where channel_id = $1 and conversation_id in (select n::bigint from json_array_elements_text($2::text::json) as n)`,
    [channelId, JSON.stringify(conversationIds)],
  )
  return new Map(
    rows.map((row) => [
      Number(row.conversation_id),
      {
        conversationId: Number(row.conversation_id),
        thread: row.thread,
        lastMessageId: Number(row.last_message_id),
      },
    ]),
  )
}

/** The conversation that a thread of the room stands for. */
export async function conversationOfThread(
  db: Queryable,
  channelId: number,
  thread: string,
): Promise<number | undefined> {
  const [row] = await db.query<{ conversation_id: number }>(
    'select conversation_id from conversation_mirrors where channel_id = $1 and thread = $2',
    [channelId, thread],
  )
  return row && Number(row.conversation_id)
}

/** Notes the thread of a mirror; null: it is gone and another one has to be opened. */
export async function setMirrorThread(
  db: Queryable,
  channelId: number,
  conversationId: number,
  thread: string | null,
): Promise<void> {
  await db.query('update conversation_mirrors set thread = $3 where channel_id = $1 and conversation_id = $2', [
    channelId,
    conversationId,
    thread,
  ])
}

/** Notes how far a mirror has come, and by which messages of the room the last one can be told. */
export async function advanceMirror(
  db: Queryable,
  at: { channelId: number; conversationId: number; messageId: number; externalIds: string[]; now: Date },
): Promise<void> {
  await db.query(
    `with moved as (
       update conversation_mirrors set last_message_id = greatest(last_message_id, $3)
        where channel_id = $1 and conversation_id = $2)
     insert into mirrored_messages (channel_id, external_id, message_id, at)
     select $1, e, $3, $5::timestamptz from json_array_elements_text($4::text::json) as e on conflict do nothing`,
    [at.channelId, at.conversationId, at.messageId, JSON.stringify(at.externalIds), at.now.toISOString()],
  )
}

/** A message was said in the room itself: it need not be brought there. */
export async function noteSaidInRoom(
  tx: Tx,
  row: { channelId: number; externalId: string; messageId: number; now: Date },
): Promise<void> {
  await tx.query(
    `insert into mirrored_messages (channel_id, external_id, message_id, at) values ($1, $2, $3, $4::timestamptz)
     on conflict do nothing`,
    [row.channelId, row.externalId, row.messageId, row.now.toISOString()],
  )
}

/** The message that one of the room stands for, with its own external id. */
export async function findMirrored(
  db: Queryable,
  channelId: number,
  externalId: string,
): Promise<{ id: number; conversationId: number; externalId: string | null; operatorId: number | null } | undefined> {
  const [row] = await db.query<{
    id: number
    conversation_id: number
    external_id: string | null
    operator_id: number | null
  }>(
    `select m.id, m.conversation_id, m.external_id, m.operator_id from mirrored_messages r join messages m on m.id = r.message_id
      where r.channel_id = $1 and r.external_id = $2`,
    [channelId, externalId],
  )
  return (
    row && {
      id: Number(row.id),
      conversationId: Number(row.conversation_id),
      externalId: row.external_id,
      operatorId: row.operator_id === null ? null : Number(row.operator_id),
    }
  )
}

const readMessageRow = jsonRowReader(messages)

/** A message with the names of who said it. */
export interface SpokenMessage {
  message: Message
  /** Of its contact, as a row. */
  contact: Record<string, unknown> | null
  operator: string | null
}

const spoken = `select row_to_json(m) as message, row_to_json(p) as contact, o.name as operator
  from messages m left join contacts p on p.id = m.contact_id left join operators o on o.id = m.operator_id`

/** What was said in a conversation behind a message and was not said in the room itself, the oldest first. */
export async function unmirroredMessages(
  db: Queryable,
  input: { channelId: number; conversationId: number; after: number; limit: number },
): Promise<SpokenMessage[]> {
  const rows = await db.query<{
    message: Record<string, unknown>
    contact: Record<string, unknown> | null
    operator: string | null
  }>(
    `${spoken}
      where m.conversation_id = $2 and m.id > $3 and m.hidden is null and m.deleted_at is null and m.direction <> 'internal'
        and not exists (select 1 from mirrored_messages r where r.channel_id = $1 and r.message_id = m.id)
      order by m.id limit $4`,
    [input.channelId, input.conversationId, input.after, input.limit],
  )
  return rows.map((row) => ({ ...row, message: readMessageRow(row.message) }))
}

export async function spokenMessage(db: Queryable, id: number): Promise<SpokenMessage | undefined> {
  const [row] = await db.query<{
    message: Record<string, unknown>
    contact: Record<string, unknown> | null
    operator: string | null
  }>(`${spoken} where m.id = $1`, [id])
  return row && { ...row, message: readMessageRow(row.message) }
}
