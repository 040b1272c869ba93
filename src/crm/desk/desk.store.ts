import { contactName } from '../../contacts/contact.ts'
import { readContactRow } from '../../contacts/contact-row.store.ts'
import type { ConversationKind, ConversationMode } from '../../conversations/message.ts'
import type { DeskConversation } from '../../conversations/operator-desk.ts'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import type { HistoryTable } from '../../platform/history/prune-history.ts'

/** Nothing that asked for an act comes again after so long. */
export const deskHistory: HistoryTable = { table: 'desk_acts', made: 'at', over: 'true' }

interface ConversationRow {
  id: number
  title: string | null
  kind: ConversationKind
  mode: ConversationMode
  unread: number
  contact: Record<string, unknown> | null
  channel: string
  assignee_id: number | null
  assignee: string | null
  last_text: string | null
}

const shown = `select c.id, c.title, c.kind, c.mode, c.unread, row_to_json(p) as contact, h.name as channel,
    o.id as assignee_id, o.name as assignee, left(m.text, 200) as last_text
  from conversations c join channels h on h.id = c.channel_id
  left join contacts p on p.id = c.contact_id
  left join operators o on o.id = c.assignee_id
  left join messages m on m.id = c.last_message_id`

/** One conversation of the project as managers see it. */
export async function readDeskConversation(
  db: Queryable,
  projectId: number,
  id: number,
): Promise<DeskConversation | undefined> {
  const [row] = await db.query<ConversationRow>(`${shown} where c.project_id = $1 and c.id = $2`, [projectId, id])
  return row && view(row)
}

/** Conversations that an operator has, or those with something unread that nobody has; the latest first. */
export async function listDeskConversations(
  db: Queryable,
  projectId: number,
  which: { of: number } | 'waiting',
  limit: number,
): Promise<DeskConversation[]> {
  const rows = await db.query<ConversationRow>(
    `${shown} where c.project_id = $1 and c.last_message_id is not null
        and case when $2::bigint is null then c.assignee_id is null and c.unread > 0 else c.assignee_id = $2::bigint end
      order by c.last_message_at desc, c.id desc limit $3`,
    [projectId, which === 'waiting' ? null : which.of, limit],
  )
  return rows.map(view)
}

function view(row: ConversationRow): DeskConversation {
  const contact = row.contact && readContactRow(row.contact)
  const id = Number(row.id)
  const name = row.kind === 'group' ? row.title : contact && contactName(contact)
  return {
    id,
    title: name ?? row.title ?? (contact ? contactName(contact) : `Conversation ${id}`),
    contactId: contact?.id ?? null,
    channel: row.channel,
    kind: row.kind,
    mode: row.mode,
    assignee: row.assignee_id === null ? null : { id: Number(row.assignee_id), name: row.assignee ?? '' },
    unread: row.unread,
    lastText: row.last_text,
  }
}

/** Claims an act of a channel; false when it was done before. A transaction that is doing it at the moment is waited for. */
export async function claimAct(tx: Tx, channelId: number, key: string, now: Date): Promise<boolean> {
  const rows = await tx.query(
    `insert into desk_acts (channel_id, key, at) values ($1, $2, $3::timestamptz) on conflict do nothing returning id`,
    [channelId, key, now.toISOString()],
  )
  return rows.length > 0
}

export async function keepAnswer(tx: Tx, channelId: number, key: string, answer: string): Promise<void> {
  await tx.query('update desk_acts set answer = $3 where channel_id = $1 and key = $2', [channelId, key, answer])
}

export async function readAnswer(db: Queryable, channelId: number, key: string): Promise<string | null> {
  const [row] = await db.query<{ answer: string | null }>(
    'select answer from desk_acts where channel_id = $1 and key = $2',
    [channelId, key],
  )
  return row?.answer ?? null
}
