import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { getIntegration } from '../integrations/get-integration.ts'
import { exchangeKinds, linkFacts } from './exchange.ts'
import { contactsOfDeals, deleteLinks, lockLink, updateLinks } from './links.store.ts'
import { nothingShared } from './shadow.ts'

/**
 * Says that something of ours is not what it was in another CRM; both stay as they are. It goes there again only when a flow sends it, or it is
 * linked anew. Throws `not_found`.
 */
export async function unlinkByHand(
  tx: Tx,
  context: WorkContext,
  { integrationId, linkId }: { integrationId: number; linkId: number },
): Promise<void> {
  const integration = await getIntegration(tx, context.projectId, integrationId)
  const link = await lockLink(tx, linkId)
  if (link?.integrationId !== integrationId || !link.subjectId || link.shadow.gone) {
    throw new AppError('not_found', `The integration "${integration.name}" has no link ${linkId}.`)
  }
  const { entity, subjectId, externalId } = link
  if (entity === 'note' || entity === 'task') return void (await deleteLinks(tx, [linkId]))
  const shadow = { ...nothingShared, gone: true, parted: true }
  await updateLinks(tx, [{ id: linkId, shadow, theirsUpdatedAt: null }], context.now)
  const contactId = entity === 'contact' ? subjectId : (await contactsOfDeals(tx, [subjectId])).get(subjectId)
  const subject = entity === 'contact' ? { contactId } : { dealId: subjectId, contactId }
  const data = { ...linkFacts({ integration }, externalId), reason: 'by_hand' }
  await recordWork(tx, context, exchangeKinds[entity].unlinked, subject, data)
}
