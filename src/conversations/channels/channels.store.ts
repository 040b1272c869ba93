import { and, asc, eq, gt } from 'drizzle-orm'
import type { Queryable, Tx } from '../../platform/database/database.ts'
import { makePage, type Page, type PageRequest, readPage } from '../../platform/paging.ts'
import type { Channel } from '../conversation.ts'
import { channels } from '../conversations.table.ts'

/** The project's channels, the oldest first. */
export async function listChannels(db: Queryable, projectId: number, page: PageRequest): Promise<Page<Channel>> {
  const { after, limit } = readPage(page)
  const rows = await db.orm
    .select()
    .from(channels)
    .where(and(eq(channels.projectId, projectId), after === undefined ? undefined : gt(channels.id, after)))
    .orderBy(asc(channels.id))
    .limit(limit + 1)
  return makePage(rows, limit, (channel) => channel.id)
}

/** All channels of the project, the oldest first. */
export async function readChannels(db: Queryable, projectId: number): Promise<Channel[]> {
  return db.orm.select().from(channels).where(eq(channels.projectId, projectId)).orderBy(asc(channels.id))
}

/** The channels of all projects that are switched on. */
export async function enabledChannels(db: Queryable): Promise<Channel[]> {
  return db.orm.select().from(channels).where(eq(channels.enabled, true)).orderBy(asc(channels.id))
}

/** A channel of any project, by its number. */
export async function findChannel(db: Queryable, id: number): Promise<Channel | undefined> {
  const [channel] = await db.orm.select().from(channels).where(eq(channels.id, id))
  return channel
}

/** The channel that listens at `/hooks/{hookId}`. */
export async function findChannelByHook(db: Queryable, hookId: string): Promise<Channel | undefined> {
  const [channel] = await db.orm.select().from(channels).where(eq(channels.hookId, hookId))
  return channel
}

export async function findChannelByName(db: Queryable, projectId: number, name: string): Promise<Channel | undefined> {
  const [channel] = await db.orm
    .select()
    .from(channels)
    .where(and(eq(channels.projectId, projectId), eq(channels.name, name)))
  return channel
}

/** Undefined when the project has a channel of that name. */
export async function insertChannel(tx: Tx, row: typeof channels.$inferInsert): Promise<Channel | undefined> {
  const [channel] = await tx.orm.insert(channels).values(row).onConflictDoNothing().returning()
  return channel
}

export async function updateChannelRow(db: Queryable, id: number, fields: Partial<Channel>): Promise<Channel> {
  const [channel] = await db.orm.update(channels).set(fields).where(eq(channels.id, id)).returning()
  return channel!
}

export async function deleteChannelRow(tx: Tx, id: number): Promise<void> {
  await tx.orm.delete(channels).where(eq(channels.id, id))
}
