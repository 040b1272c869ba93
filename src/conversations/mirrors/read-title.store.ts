import { contactName } from '../../contacts/contact.ts'
import { readContactRow } from '../../contacts/contact-row.store.ts'
import type { Queryable } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'

/** What a conversation is called, and its channel. */
export async function readTitle(db: Queryable, conversationId: number): Promise<{ name: string; channel: number }> {
  const [row] = await db.query<{ title: string | null; channel_id: number; contact: Record<string, unknown> | null }>(
    `select c.title, c.channel_id, row_to_json(p) as contact from conversations c left join contacts p on p.id = c.contact_id
      where c.id = $1`,
    [conversationId],
  )
  if (!row) throw new AppError('gone', `Conversation ${conversationId} is gone.`)
  const name = row.title ?? (row.contact ? contactName(readContactRow(row.contact)) : `Conversation ${conversationId}`)
  return { name, channel: Number(row.channel_id) }
}
