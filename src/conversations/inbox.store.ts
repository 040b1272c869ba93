import { and, asc, desc, eq, exists, gt, isNotNull, isNull, lt, not, type SQL, sql } from 'drizzle-orm'
import type { Queryable, Tx } from '../platform/database/database.ts'
import { deliveryAttempts } from '../platform/deliveries/deliveries.table.ts'
import { makePage, type Page, type PageRequest, readPage } from '../platform/paging.ts'
import type { Conversation, Message } from './conversation.ts'
import { conversations, events, members, messages } from './conversations.table.ts'
import type { ConversationKind, ConversationMode } from './message.ts'

/** What narrows a list of conversations. */
export interface ConversationFilter extends PageRequest {
  channelId?: number
  contactId?: number
  assigneeId?: number
  kind?: ConversationKind
  mode?: ConversationMode
  /** Only those with messages that nobody has read. */
  unread?: boolean
  /** Only those that somebody has, or (false) that nobody has. */
  assigned?: boolean
  /** Also those in which a blocked contact wrote and nobody else. */
  hidden?: boolean
}

/** The project's conversations, the newest first. */
export async function listConversations(
  db: Queryable,
  projectId: number,
  filter: ConversationFilter,
): Promise<Page<Conversation>> {
  const { after, limit } = readPage(filter)
  const { channelId, contactId, assigneeId, kind, mode, unread, assigned } = filter
  const rows = await db.orm
    .select()
    .from(conversations)
    .where(
      and(
        eq(conversations.projectId, projectId),
        after === undefined ? undefined : lt(conversations.id, after),
        channelId === undefined ? undefined : eq(conversations.channelId, channelId),
        contactId === undefined ? undefined : eq(conversations.contactId, sql`surviving_contact(${contactId})`),
        assigneeId === undefined ? undefined : eq(conversations.assigneeId, assigneeId),
        kind === undefined ? undefined : eq(conversations.kind, kind),
        mode === undefined ? undefined : eq(conversations.mode, mode),
        unread ? gt(conversations.unread, 0) : undefined,
        filter.hidden ? undefined : not(openedByBlocked(db)),
        assigned === undefined
          ? undefined
          : assigned
            ? isNotNull(conversations.assigneeId)
            : isNull(conversations.assigneeId),
      ),
    )
    .orderBy(desc(conversations.id))
    .limit(limit + 1)
  return makePage(rows, limit, (conversation) => conversation.id)
}

function openedByBlocked(db: Queryable): SQL {
  const kept = db.orm
    .select({ id: messages.id })
    .from(messages)
    .where(and(eq(messages.conversationId, conversations.id), isNotNull(messages.hidden)))
  return and(isNull(conversations.lastMessageId), exists(kept))!
}

/** The messages of a conversation, the newest first; those that a blocked contact wrote only if asked for. */
export async function listMessages(
  db: Queryable,
  conversationId: number,
  filter: PageRequest & { hidden?: boolean },
): Promise<Page<Message>> {
  const { after, limit } = readPage(filter)
  const rows = await db.orm
    .select()
    .from(messages)
    .where(
      and(
        eq(messages.conversationId, conversationId),
        filter.hidden ? undefined : isNull(messages.hidden),
        after === undefined ? undefined : lt(messages.id, after),
      ),
    )
    .orderBy(desc(messages.id))
    .limit(limit + 1)
  return makePage(rows, limit, (message) => message.id)
}

/** A message of the project, with the channel that it went through. */
export async function findMessage(
  db: Queryable,
  projectId: number,
  id: number,
): Promise<{ message: Message; channelId: number } | undefined> {
  const [row] = await db.orm
    .select({ message: messages, channelId: conversations.channelId })
    .from(messages)
    .innerJoin(conversations, eq(conversations.id, messages.conversationId))
    .where(and(eq(messages.id, id), eq(messages.projectId, projectId)))
  return row
}

/** Who takes part in a conversation. */
export async function readMembers(db: Queryable, conversationId: number): Promise<(typeof members.$inferSelect)[]> {
  return db.orm.select().from(members).where(eq(members.conversationId, conversationId)).orderBy(asc(members.contactId))
}

export async function updateConversationRow(
  tx: Tx,
  id: number,
  fields: Partial<Pick<Conversation, 'mode' | 'botReturnsAt' | 'assigneeId' | 'unread'>>,
): Promise<Conversation> {
  const [conversation] = await tx.orm.update(conversations).set(fields).where(eq(conversations.id, id)).returning()
  return conversation!
}

/** An event that was set aside because it could not be processed. */
export type ParkedEvent = typeof events.$inferSelect

/** The project's events that were set aside, the newest first. */
export async function listParkedEvents(
  db: Queryable,
  projectId: number,
  page: PageRequest,
): Promise<Page<ParkedEvent>> {
  const { after, limit } = readPage(page)
  const rows = await db.orm
    .select()
    .from(events)
    .where(
      and(
        eq(events.projectId, projectId),
        eq(events.status, 'parked'),
        after === undefined ? undefined : lt(events.id, after),
      ),
    )
    .orderBy(desc(events.id))
    .limit(limit + 1)
  return makePage(rows, limit, (event) => event.id)
}

/** What happened at each failed attempt to send a message; the good one stands in the message itself. */
export async function readAttempts(
  db: Queryable,
  messageId: number,
): Promise<(typeof deliveryAttempts.$inferSelect)[]> {
  return db.orm
    .select()
    .from(deliveryAttempts)
    .where(eq(deliveryAttempts.deliveryId, messageId))
    .orderBy(asc(deliveryAttempts.number))
}

/** Puts the dead delivery of a message back into its queue; false when it is not dead. */
export async function reopenMessage(tx: Tx, projectId: number, messageId: number, now: Date): Promise<boolean> {
  const rows = await tx.query(
    `update deliveries set status = 'pending', due_at = $3::timestamptz, error = null, result = null, finished_at = null,
            started_by = null, doubtful = false
      where id = $2 and project_id = $1 and kind = 'message' and status = 'dead' returning id`,
    [projectId, messageId, now.toISOString()],
  )
  if (rows.length === 0) return false
  await tx.query(`update messages set status = 'pending', error = null where id = $1`, [messageId])
  return true
}
