import { and, eq, inArray, isNotNull, isNull, ne } from 'drizzle-orm'
import { latestConversation } from '../../conversations/conversations.store.ts'
import type { Tx } from '../../platform/database/database.ts'
import { operators } from '../../team/team.table.ts'
import { operatorNotices } from '../tasks/tasks.table.ts'

/** Those who run a project: its owners and admins, or all people of the team where it has none. */
export async function operatorsToTell(tx: Tx, projectId: number): Promise<number[]> {
  const people = await tx.orm
    .select({ id: operators.id, role: operators.role })
    .from(operators)
    .where(and(eq(operators.projectId, projectId), ne(operators.role, 'service')))
    .orderBy(operators.id)
  const heads = people.filter(({ role }) => role === 'owner' || role === 'admin')
  return (heads.length > 0 ? heads : people).map(({ id }) => id)
}

export interface NoticeToSend {
  id: number
  projectId: number
  text: string
  conversationId: number
}

/**
 * Those of the notices that no message brought yet, with the conversation in which their operator is reached; in the order of the threads,
 * in which they are locked everywhere.
 */
export async function noticesToSend(tx: Tx, ids: number[]): Promise<NoticeToSend[]> {
  const rows = await tx.orm
    .select({
      id: operatorNotices.id,
      projectId: operatorNotices.projectId,
      text: operatorNotices.text,
      contactId: operators.contactId,
    })
    .from(operatorNotices)
    .innerJoin(operators, eq(operators.id, operatorNotices.operatorId))
    .where(
      and(
        inArray(operatorNotices.id, ids),
        ne(operatorNotices.kind, 'task.reminder'),
        isNull(operatorNotices.messageId),
        isNotNull(operators.contactId),
      ),
    )
    .orderBy(operatorNotices.id)
  const found: (NoticeToSend & { threadId: number })[] = []
  for (const { contactId, ...notice } of rows) {
    const latest = await latestConversation(tx, contactId!, null)
    if (latest) found.push({ ...notice, conversationId: latest.conversation.id, threadId: latest.threadId })
  }
  return found.sort((a, b) => a.threadId - b.threadId || a.id - b.id)
}
