import type { Message } from '../../conversations/conversation.ts'
import { messages } from '../../conversations/conversations.table.ts'
import type { Queryable } from '../../platform/database/database.ts'
import { jsonRowReader } from '../../platform/database/json-row.ts'

/** A message with those who said it. */
export interface Saying {
  message: Message
  /** Its contact, as a row. */
  contact: Record<string, unknown> | null
  operator: string | null
}

const readMessageRow = jsonRowReader(messages)

/** The last things that were said in a conversation and are to be seen, the oldest first. */
export async function lastSayings(
  db: Queryable,
  input: { projectId: number; conversationId: number; limit: number },
): Promise<Saying[]> {
  const rows = await db.query<{
    message: Record<string, unknown>
    contact: Record<string, unknown> | null
    operator: string | null
  }>(
    `select row_to_json(m) as message, row_to_json(p) as contact, o.name as operator
       from messages m left join contacts p on p.id = m.contact_id left join operators o on o.id = m.operator_id
      where m.conversation_id = $1 and m.project_id = $2
        and m.hidden is null and m.deleted_at is null and m.direction <> 'internal'
      order by m.id desc limit $3`,
    [input.conversationId, input.projectId, input.limit],
  )
  return rows.map((row) => ({ ...row, message: readMessageRow(row.message) })).reverse()
}

/** The channel of a conversation, by name; undefined when the project has no such conversation. */
export async function channelOf(db: Queryable, projectId: number, conversationId: number): Promise<string | undefined> {
  const [row] = await db.query<{ name: string }>(
    `select n.name from conversations c join channels n on n.id = c.channel_id where c.id = $1 and c.project_id = $2`,
    [conversationId, projectId],
  )
  return row?.name
}
