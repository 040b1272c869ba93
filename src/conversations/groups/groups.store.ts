import type { Queryable, Tx } from '../../platform/database/database.ts'

/** The group belongs to a client and a deal. */
export async function claimGroup(
  tx: Tx,
  conversationId: number,
  { contactId, dealId, title }: { contactId: number; dealId: number | null; title: string },
): Promise<void> {
  await tx.query('update conversations set contact_id = $2, deal_id = $3, title = $4 where id = $1', [
    conversationId,
    contactId,
    dealId,
    title,
  ])
}

/** The group that was made last for a client. */
export async function latestGroup(db: Queryable, contactId: number): Promise<number | undefined> {
  const [row] = await db.query<{ id: string }>(
    `select id from conversations where contact_id = $1 and kind = 'group' and unreachable is null order by id desc limit 1`,
    [contactId],
  )
  return row && Number(row.id)
}

/** The conversations in which a client can be reached, the one they wrote in last first. */
export async function reachableDialogues(
  db: Queryable,
  contactId: number,
): Promise<{ id: number; channelId: number; kind: 'direct' | 'email'; lastInboundAt: Date | null }[]> {
  const rows = await db.query<{
    id: string
    channel_id: string
    kind: 'direct' | 'email'
    last_inbound_at: string | null
  }>(
    `select c.id, c.channel_id, c.kind, c.last_inbound_at from conversations c join channels h on h.id = c.channel_id
      where c.contact_id = $1 and c.kind in ('direct', 'email') and c.unreachable is null and h.enabled
      order by c.last_inbound_at desc nulls last, c.id desc`,
    [contactId],
  )
  return rows.map((row) => ({
    id: Number(row.id),
    channelId: Number(row.channel_id),
    kind: row.kind,
    lastInboundAt: row.last_inbound_at === null ? null : new Date(row.last_inbound_at),
  }))
}

/** The account (`kind/value`) by which somebody spoke in a conversation last. */
export async function spokeBy(db: Queryable, conversationId: number, contactId: number): Promise<string | undefined> {
  const [row] = await db.query<{ came_by: string }>(
    `select came_by from messages where conversation_id = $1 and contact_id = $2 and came_by is not null order by id desc limit 1`,
    [conversationId, contactId],
  )
  return row?.came_by
}
