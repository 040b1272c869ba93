import type { Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { contactForUpdate } from '../get-contact.ts'
import { findLinks, linkedContactIds, removeLink } from './links.store.ts'

/** Takes a card out of the person it is linked to; the others stay linked. One that is not linked stays as it is. Throws `not_found`. */
export async function unlinkContact(tx: Tx, context: WorkContext, input: { contactId: number }): Promise<void> {
  const { projectId } = context
  const { id: contactId } = await contactForUpdate(tx, projectId, input.contactId)
  const [link] = await findLinks(tx, [contactId])
  if (!link) return
  const from = await linkedContactIds(tx, projectId, contactId)
  await removeLink(tx, link)
  await recordWork(tx, context, 'contact.unlinked', { contactId }, { from })
}
