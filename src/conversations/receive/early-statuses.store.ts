import type { Queryable, Tx } from '../../platform/database/database.ts'

/** Keeps what became of a message whose sending is not noted yet. */
export async function keepEarlyStatus(
  tx: Tx,
  conversationId: number,
  externalId: string,
  status: string,
  error: string | undefined,
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into early_statuses (conversation_id, external_id, status, error, at) values ($1, $2, $3, $4, $5::timestamptz)
     on conflict do nothing`,
    [conversationId, externalId, status, error ?? null, now.toISOString()],
  )
}

/** Statuses whose messages are known by now; they are taken away. Those whose message never came go after a day. */
export async function takeEarlyStatuses(
  db: Queryable,
  now: Date,
): Promise<
  {
    conversationId: number
    externalId: string
    status: 'sent' | 'delivered' | 'read' | 'failed'
    error: string | undefined
  }[]
> {
  const rows = await db.query<{ conversation_id: string; external_id: string; status: 'sent'; error: string | null }>(
    `delete from early_statuses s
      where s.at < $1::timestamptz - interval '1 day'
         or exists (select 1 from messages m where m.conversation_id = s.conversation_id and m.external_id = s.external_id)
      returning s.conversation_id, s.external_id, s.status, s.error`,
    [now.toISOString()],
  )
  return rows.map((row) => ({
    conversationId: Number(row.conversation_id),
    externalId: row.external_id,
    status: row.status,
    error: row.error ?? undefined,
  }))
}
