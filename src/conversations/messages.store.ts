import type { Queryable, Tx } from '../platform/database/database.ts'
import { jsonRowReader, snakeKeys } from '../platform/database/json-row.ts'
import { insertRows, type Statement } from '../platform/database/statement.ts'
import type { Message } from './conversation.ts'
import { messages } from './conversations.table.ts'
import type { Entity, Part } from './message.ts'

/** Changes a stored message's text and parts, as its author did. */
export async function editMessage(
  tx: Tx,
  conversationId: number,
  externalId: string,
  edit: { text: string; entities?: Entity[]; parts?: Part[]; at: Date },
): Promise<number | undefined> {
  const [row] = await tx.query<{ id: number }>(
    `update messages set text = $3, entities = $4::text::jsonb, parts = $5::text::jsonb, edited_at = $6::timestamptz
      where conversation_id = $1 and external_id = $2 returning id`,
    [
      conversationId,
      externalId,
      edit.text,
      edit.entities ? JSON.stringify(edit.entities) : null,
      edit.parts ? JSON.stringify(edit.parts) : null,
      edit.at.toISOString(),
    ],
  )
  return row?.id
}

/** Adds parts of an album that came late to the message that its first part made. False when there is none yet. */
export async function appendToAlbum(
  tx: Tx,
  conversationId: number,
  albumId: string,
  addition: { text: string; entities?: Entity[]; parts?: Part[] },
): Promise<boolean> {
  const rows = await tx.query(
    `update messages set parts = coalesce(parts, '[]') || $3::text::jsonb,
            entities = case when text = '' then $5::text::jsonb else entities end,
            text = case when text = '' then $4 else text end
      where id = (select id from messages where conversation_id = $1 and album_id = $2 order by id desc limit 1) returning id`,
    [
      conversationId,
      albumId,
      JSON.stringify(addition.parts ?? []),
      addition.text,
      addition.entities ? JSON.stringify(addition.entities) : null,
    ],
  )
  return rows.length > 0
}

/** Marks a message as taken back; its text stays for the history. */
export async function markDeleted(tx: Tx, conversationId: number, externalId: string, at: Date): Promise<void> {
  await tx.query('update messages set deleted_at = $3::timestamptz where conversation_id = $1 and external_id = $2', [
    conversationId,
    externalId,
    at.toISOString(),
  ])
}

/** Sets one person's reactions to a message; none takes them back. */
export async function setReactions(
  tx: Tx,
  conversationId: number,
  externalId: string,
  person: string,
  reactions: string[],
): Promise<void> {
  await tx.query(
    `update messages set reactions = case when $4::text::jsonb = '[]' then coalesce(reactions, '{}') - $3
                                          else coalesce(reactions, '{}') || jsonb_build_object($3::text, $4::text::jsonb) end
      where conversation_id = $1 and external_id = $2`,
    [conversationId, externalId, person, JSON.stringify(reactions)],
  )
}

/** Notes what became of a message of ours; a status never goes backwards. False when we know no such message. */
export async function advanceStatus(
  tx: Tx,
  conversationId: number,
  externalId: string,
  status: 'sent' | 'delivered' | 'read' | 'failed',
  error: string | undefined,
): Promise<boolean> {
  const rows = await tx.query(
    `with noted as (update messages set status = $3::text, error = coalesce($4, error)
      where conversation_id = $1 and external_id = $2 and direction = 'outbound'
        and array_position(array['pending', 'failed', 'sent', 'delivered', 'read'], status)
          < array_position(array['pending', 'failed', 'sent', 'delivered', 'read'], $3::text)
        and not (status in ('delivered', 'read') and $3::text = 'failed')
         or conversation_id = $1 and external_id = $2 and status = 'sent' and $3::text = 'failed')
     select 1 from messages where conversation_id = $1 and external_id = $2 limit 1`,
    [conversationId, externalId, status, error ?? null],
  )
  return rows.length > 0
}

/** What came of sending: the vendor's id, or why it failed. One statement for many messages. */
export async function noteSent(
  tx: Tx,
  results: { id: number; external_id: string | null; status: 'sent' | 'failed'; error: string | null }[],
): Promise<void> {
  if (results.length === 0) return
  await tx.query(
    `update messages m set external_id = coalesce(r.external_id, m.external_id), error = r.error,
            status = case when m.status in ('delivered', 'read') then m.status else r.status end
       from json_to_recordset($1::text::json) as r (id bigint, external_id text, status text, error text) where m.id = r.id`,
    [JSON.stringify(results)],
  )
}

const readMessageRow = jsonRowReader(messages)

/** Messages by number, in the order they were stored. */
export async function readMessages(db: Queryable, ids: number[]): Promise<Message[]> {
  const rows = await db.query<{ message: Record<string, unknown> }>(
    `select row_to_json(m) as message from messages m
      where id in (select n::bigint from json_array_elements_text($1::text::json) as n) order by id`,
    [JSON.stringify(ids)],
  )
  return rows.map((row) => readMessageRow(row.message))
}

const messageColumns = [
  'id',
  'project_id',
  'conversation_id',
  'direction',
  'contact_id',
  'came_by',
  'operator_id',
  'run_id',
  'block_id',
  'external_id',
  'text',
  'entities',
  'parts',
  'reply_to_external_id',
  'addresses_bot',
  'album_id',
  'reactions',
  'status',
  'error',
  'hidden',
  'at',
  'edited_at',
  'deleted_at',
] as const

/** Stores messages that are made already, numbers and all. */
export function insertMessages(rows: Message[]): Statement | undefined {
  return insertRows('messages', messageColumns, rows.map(snakeKeys))
}

/** The visible messages of a thread with a number above `after`, oldest first. */
export async function readHistory(
  db: Queryable,
  channelId: number,
  thread: string,
  after: number,
  limit: number,
): Promise<Message[]> {
  const rows = await db.query<{ message: Record<string, unknown> }>(
    `select row_to_json(m) as message from threads t join messages m on m.conversation_id = t.conversation_id
      where t.channel_id = $1 and t.external_id = $2 and m.id > $3 and m.direction <> 'internal' and m.deleted_at is null
      order by m.id limit $4`,
    [channelId, thread, after, limit],
  )
  return rows.map((row) => readMessageRow(row.message))
}
