import type { Queryable } from '../platform/database/database.ts'
import { countInbox } from './assignments.store.ts'

/** How many conversations have something unread, and how many messages that is. */
export interface UnreadCount {
  conversations: number
  unread: number
}

/** What nobody has read yet, of the whole project. */
export interface InboxCounters {
  total: UnreadCount
  unassigned: UnreadCount
  /** By operator; one who has no conversations is absent. */
  operators: ({ operatorId: number } & UnreadCount)[]
}

/** Counts what is unread by operator, and where nobody has the conversation. */
export async function readInbox(db: Queryable, projectId: number): Promise<InboxCounters> {
  const rows = await countInbox(db, projectId)
  const unassigned = rows.find(({ operatorId }) => operatorId === null)
  const operators = rows.flatMap(({ operatorId, ...count }) => (operatorId === null ? [] : [{ operatorId, ...count }]))
  return {
    total: {
      conversations: rows.reduce((sum, row) => sum + row.conversations, 0),
      unread: rows.reduce((sum, row) => sum + row.unread, 0),
    },
    unassigned: { conversations: unassigned?.conversations ?? 0, unread: unassigned?.unread ?? 0 },
    operators: operators.sort((a, b) => a.operatorId - b.operatorId),
  }
}
