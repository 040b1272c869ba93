import { and, asc, desc, eq, isNotNull } from 'drizzle-orm'
import type { Queryable } from '../platform/database/database.ts'
import type { Channel } from './conversation.ts'
import { channels, conversations } from './conversations.table.ts'

/** Why nothing arrives any more in the latest conversation that a contact had on a channel; undefined when there is none. */
export async function findUnreachable(
  db: Queryable,
  contactId: number,
  channelId: number,
): Promise<string | undefined> {
  const [row] = await db.orm
    .select({ why: conversations.unreachable })
    .from(conversations)
    .where(
      and(
        eq(conversations.contactId, contactId),
        eq(conversations.channelId, channelId),
        isNotNull(conversations.unreachable),
      ),
    )
    .orderBy(desc(conversations.id))
    .limit(1)
  return row?.why ?? undefined
}

/** The project's channels that are switched on, the oldest first. */
export async function readEnabledChannels(db: Queryable, projectId: number): Promise<Channel[]> {
  return db.orm
    .select()
    .from(channels)
    .where(and(eq(channels.projectId, projectId), eq(channels.enabled, true)))
    .orderBy(asc(channels.id))
}
