import type { Queryable, Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { Conversation } from './conversation.ts'
import { lockConversation, readConversation } from './conversations.store.ts'

/** The project's conversation of that number; throws `not_found`. */
export async function getConversation(db: Queryable, projectId: number, id: number): Promise<Conversation> {
  const found = await readConversation(db, id)
  return found?.conversation.projectId === projectId ? found.conversation : refuse(id)
}

/** The same, its thread locked until the transaction ends, as the message path locks it. */
export async function conversationForUpdate(tx: Tx, projectId: number, id: number): Promise<Conversation> {
  return (await lockConversation(tx, projectId, id))?.conversation ?? refuse(id)
}

function refuse(id: number): never {
  throw new AppError('not_found', `There is no conversation ${id} in this project.`)
}
