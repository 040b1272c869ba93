import type { Contact } from '../contacts/contact.ts'
import type { Queryable, Tx } from '../platform/database/database.ts'
import { jsonRowReader } from '../platform/database/json-row.ts'
import { insertRows, runTogether, type Statement } from '../platform/database/statement.ts'
import type { Conversation, Message } from './conversation.ts'
import { conversations } from './conversations.table.ts'
import type { ConversationKind } from './message.ts'
import type { ThreadQueue } from './receive/thread-queue.ts'

/** Makes a conversation for each thread, and puts both it and its contact into the thread's queue. */
export async function createConversations(
  tx: Tx,
  now: Date,
  openings: {
    thread: ThreadQueue
    kind: ConversationKind
    title: string | null
    contact: Contact | undefined
    /** The identity by which the contact came, as {@link identityKey} writes it. */
    cameBy?: string
  }[],
): Promise<void> {
  const ids = await tx.query<{ id: number }>(
    `select nextval(pg_get_serial_sequence('conversations', 'id')) as id from generate_series(1, $1::int)`,
    [openings.length],
  )
  const rows = openings.map(({ thread, kind, title, contact, cameBy }, index) => {
    const conversation: Conversation = {
      id: Number(ids[index]!.id),
      projectId: thread.projectId,
      channelId: thread.channelId,
      kind,
      contactId: contact?.id ?? null,
      cameBy: cameBy ?? null,
      title,
      mode: 'bot',
      assigneeId: null,
      dealId: null,
      unread: 0,
      botReturnsAt: null,
      managerWrote: false,
      unreachable: null,
      lastMessageId: null,
      lastInboundAt: null,
      lastMessageAt: null,
      createdAt: now,
    }
    thread.conversation = conversation
    thread.contact = contact
    return {
      id: conversation.id,
      project_id: thread.projectId,
      channel_id: thread.channelId,
      kind,
      contact_id: conversation.contactId,
      came_by: conversation.cameBy,
      title,
      mode: 'bot',
      unread: 0,
      manager_wrote: false,
      created_at: now,
    }
  })
  await runTogether(tx, [insertRows('conversations', Object.keys(rows[0] ?? {}), rows)])
  await tx.query(
    `update threads t set conversation_id = p.conversation_id
       from json_to_recordset($1::text::json) as p (thread_id bigint, conversation_id bigint) where t.id = p.thread_id`,
    [
      JSON.stringify(
        openings.map(({ thread }) => ({ thread_id: thread.id, conversation_id: thread.conversation!.id })),
      ),
    ],
  )
}

const readConversationRow = jsonRowReader(conversations)

/** A conversation with the thread that it is in now. */
export interface PlacedConversation {
  conversation: Conversation
  threadId: number
  threadExternalId: string
}

interface ConversationRow {
  conversation: Record<string, unknown>
  thread_id: number
  external_id: string
}

function readRow(row: ConversationRow | undefined): PlacedConversation | undefined {
  if (!row) return undefined
  const { conversation, thread_id: threadId, external_id: threadExternalId } = row
  return { conversation: readConversationRow(conversation), threadId, threadExternalId }
}

/** A conversation with the external id of the thread it is in now. */
export async function readConversation(db: Queryable, id: number): Promise<PlacedConversation | undefined> {
  const [row] = await db.query<ConversationRow>(
    `select row_to_json(c) as conversation, t.id as thread_id, t.external_id from conversations c join threads t on t.conversation_id = c.id
      where c.id = $1 order by t.id desc limit 1`,
    [id],
  )
  return readRow(row)
}

/** A project's conversation, its thread locked as the message path locks it. */
export async function lockConversation(tx: Tx, projectId: number, id: number): Promise<PlacedConversation | undefined> {
  await tx.query('select 1 from threads where conversation_id = $1 order by id for update', [id])
  const found = await readConversation(tx, id)
  return found?.conversation.projectId === projectId ? found : undefined
}

/**
 * The direct conversation in which a contact wrote last, of one channel or of all, if messages still arrive there; `cameBy`
 * leaves only those with one of their identities.
 */
export async function latestConversation(
  db: Queryable,
  contactId: number,
  channelId: number | null,
  cameBy?: string,
): Promise<PlacedConversation | undefined> {
  const [row] = await db.query<ConversationRow>(
    `select row_to_json(c) as conversation, t.id as thread_id, t.external_id from conversations c join threads t on t.conversation_id = c.id
      where c.contact_id = $1 and c.kind in ('direct', 'email') and c.unreachable is null and ($2::bigint is null or c.channel_id = $2)
        and ($3::text is null or c.came_by = $3)
      order by c.last_inbound_at desc nulls last, t.id desc limit 1`,
    [contactId, channelId, cameBy ?? null],
  )
  return readRow(row)
}

/** Draws blocks of 1024 numbers for what a batch writes; under the threads' locks, so that they grow with the commits. */
export async function drawIds(tx: Tx, blocks: number): Promise<NumberBlock[]> {
  const rows = await tx.query<{ last: number }>(
    `select nextval('batch_ids') as last from generate_series(1, $1::int)`,
    [blocks],
  )
  return rows.map((row) => numberBlock(row.last))
}

/** The block that ends with a number drawn from the sequence. */
export function numberBlock(last: number | string): NumberBlock {
  return { next: Number(last) - 1023, last: Number(last) }
}

/** Numbers that are ours to give out. */
export interface NumberBlock {
  next: number
  last: number
}

/** The thread got another id from the vendor: events of the new one belong to the same conversation from now on. */
export async function migrateThread(
  tx: Tx,
  from: { projectId: number; channelId: number; conversationId: number },
  newExternalId: string,
): Promise<void> {
  const [existing] = await tx.query<{ conversation_id: number | null }>(
    'select conversation_id from threads where channel_id = $1 and external_id = $2 for update',
    [from.channelId, newExternalId],
  )
  await tx.query(
    `insert into threads (project_id, channel_id, external_id, conversation_id) values ($1, $2, $3, $4)
     on conflict (channel_id, external_id) do update set conversation_id = excluded.conversation_id`,
    [from.projectId, from.channelId, newExternalId, from.conversationId],
  )
  const younger = existing?.conversation_id
  if (!younger || younger === from.conversationId) return
  // The new thread's first messages came before the word of the move: they join the one conversation.
  await tx.query('update messages set conversation_id = $2 where conversation_id = $1', [younger, from.conversationId])
  await tx.query(`update runs set conversation_id = $2 where conversation_id = $1`, [younger, from.conversationId])
  await tx.query('delete from conversations where id = $1', [younger])
}

/** Notes what a manager wrote as the conversation's last message. */
export function noteManagersMessage({ id, conversationId, at }: Message): Statement {
  return {
    text: 'update conversations set last_message_id = $2, last_message_at = $3::timestamptz, manager_wrote = true where id = $1',
    params: [conversationId, id, at.toISOString()],
  }
}

/** Messages no longer arrive in the conversation; said why. */
export async function markUnreachable(tx: Tx, conversationId: number, reason: string): Promise<void> {
  await tx.query('update conversations set unreachable = $2 where id = $1', [conversationId, reason.slice(0, 500)])
}

/** Notes that a channel has sent, and so works. */
export async function touchSent(tx: Tx, channelId: number, at: Date): Promise<void> {
  await tx.query('update channels set last_out_at = $2::timestamptz, error = null where id = $1', [
    channelId,
    at.toISOString(),
  ])
}
