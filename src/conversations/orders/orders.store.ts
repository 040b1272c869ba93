import { and, eq, sql } from 'drizzle-orm'
import type { Queryable } from '../../platform/database/database.ts'
import type { HistoryTable } from '../../platform/history/prune-history.ts'
import { channelOrders, channelState } from './orders.table.ts'

/** Something to be done through a channel. */
export type ChannelOrder = typeof channelOrders.$inferSelect

/** Orders that are over. */
export const orderHistory: HistoryTable = {
  table: 'channel_orders',
  made: 'created_at',
  over: 'r.finished_at < $1::timestamptz',
}

/** Puts an order down, unless one with its key is there already; gives its number either way. */
export async function insertOrder(
  db: Queryable,
  order: Pick<ChannelOrder, 'channelId' | 'key' | 'kind' | 'lane' | 'input'>,
  now: Date,
): Promise<number> {
  const [row] = await db.query<{ id: string }>(
    // "do nothing" would not see one that another process puts down at the same moment.
    `insert into channel_orders (channel_id, key, kind, lane, input, status, due_at, created_at)
     values ($1, $2, $3, $4, $5, 'pending', $6::timestamptz, $6::timestamptz)
     on conflict (channel_id, key) do update set key = excluded.key returning id::text as id`,
    [order.channelId, order.key, order.kind, order.lane, order.input, now.toISOString()],
  )
  return Number(row!.id)
}

/** The first order of each lane of these channels, when it is due. */
export async function dueOrders(db: Queryable, channelIds: number[], now: Date): Promise<ChannelOrder[]> {
  if (channelIds.length === 0) return []
  const rows = await db.orm
    .selectDistinctOn([channelOrders.channelId, channelOrders.lane])
    .from(channelOrders)
    .where(
      and(
        eq(channelOrders.status, 'pending'),
        sql`${channelOrders.channelId} = any(${sql.param(`{${channelIds.join(',')}}`)}::bigint[])`,
      ),
    )
    .orderBy(channelOrders.channelId, channelOrders.lane, channelOrders.id)
  return rows.filter(({ dueAt }) => dueAt <= now)
}

export async function findOrder(db: Queryable, id: number): Promise<ChannelOrder | undefined> {
  const [row] = await db.orm.select().from(channelOrders).where(eq(channelOrders.id, id))
  return row
}

export async function updateOrder(db: Queryable, id: number, fields: Partial<ChannelOrder>): Promise<void> {
  await db.orm.update(channelOrders).set(fields).where(eq(channelOrders.id, id))
}

/** What the channel keeps under a name, sealed. */
export async function readState(db: Queryable, channelId: number, name: string): Promise<string | undefined> {
  const [row] = await db.orm
    .select({ value: channelState.value })
    .from(channelState)
    .where(and(eq(channelState.channelId, channelId), eq(channelState.name, name)))
  return row?.value
}

export async function writeState(
  db: Queryable,
  channelId: number,
  name: string,
  value: string | undefined,
  now: Date,
): Promise<void> {
  if (value === undefined) {
    await db.orm.delete(channelState).where(and(eq(channelState.channelId, channelId), eq(channelState.name, name)))
    return
  }
  await db.query(
    `insert into channel_state (channel_id, name, value, updated_at) values ($1, $2, $3, $4::timestamptz)
     on conflict (channel_id, name) do update set value = excluded.value, updated_at = excluded.updated_at`,
    [channelId, name, value, now.toISOString()],
  )
}
