import type { Queryable, Tx } from '../../platform/database/database.ts'

/** Whether a message of this conversation, ours or another's, has the vendor's id already. */
export async function knowsMessage(tx: Tx, conversationId: number, externalId: string): Promise<boolean> {
  const rows = await tx.query('select 1 from messages where conversation_id = $1 and external_id = $2 limit 1', [
    conversationId,
    externalId,
  ])
  return rows.length > 0
}

/** Sets when the bot returns to a conversation that was taken over, after the time that its channel names; never, if it names none. */
export async function planReturn(tx: Tx, conversationId: number, channelId: number, now: Date): Promise<void> {
  await tx.query(
    `update conversations set bot_returns_at = $3::timestamptz + make_interval(secs => h.bot_returns_after)
       from channels h where conversations.id = $1 and h.id = $2`,
    [conversationId, channelId, now.toISOString()],
  )
}

/** Conversations to which the bot returns now. */
export async function dueReturns(
  db: Queryable,
  now: Date,
  limit: number,
): Promise<{ id: number; projectId: number; channelId: number }[]> {
  const rows = await db.query<{ id: string; project_id: string; channel_id: string }>(
    `select id, project_id, channel_id from conversations where bot_returns_at <= $1::timestamptz order by bot_returns_at limit $2`,
    [now.toISOString(), limit],
  )
  return rows.map((row) => ({
    id: Number(row.id),
    projectId: Number(row.project_id),
    channelId: Number(row.channel_id),
  }))
}
