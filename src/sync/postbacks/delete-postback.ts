import type { Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { getPostback } from './get-postback.ts'
import { deletePostbackRow } from './postbacks.store.ts'

/** Removes a postback with what came in at it; its contacts stay. Throws `not_found`. */
export async function deletePostback(tx: Tx, context: WorkContext, input: { postbackId: number }): Promise<void> {
  const postback = await getPostback(tx, context.projectId, input.postbackId)
  await deletePostbackRow(tx, postback.id)
}
