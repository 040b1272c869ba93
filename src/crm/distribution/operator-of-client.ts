import { getContact } from '../../contacts/get-contact.ts'
import { getConversation } from '../../conversations/get-conversation.ts'
import type { Queryable } from '../../platform/database/database.ts'
import type { Operator } from '../../team/operator.ts'
import { selectOperator } from '../../team/team.store.ts'
import type { Client } from './client.ts'

/** Whose client it is: who has the conversation, or else who is responsible for the contact. Throws `not_found`. */
export async function operatorOfClient(
  db: Queryable,
  projectId: number,
  { conversationId, contactId }: Client,
): Promise<Operator | undefined> {
  const conversation = conversationId === null ? undefined : await getConversation(db, projectId, conversationId)
  const known = contactId ?? conversation?.contactId ?? null
  const responsible = async () => (known === null ? null : (await getContact(db, projectId, known)).responsibleId)
  const id = conversation?.assigneeId ?? (await responsible())
  return id === null ? undefined : selectOperator(db, projectId, id)
}
