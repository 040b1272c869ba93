import { getContact } from '../../contacts/get-contact.ts'
import { getDeal } from '../../crm/get-deal.ts'
import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { getIntegration } from '../integrations/get-integration.ts'
import type { MappedEntity } from '../mapping/our-side.ts'
import { exchangeKinds, linkFacts } from './exchange.ts'
import { upsertHeard } from './heard.store.ts'
import type { CrmLink } from './link.ts'
import { insertLinks, linksOfRecords } from './links.store.ts'
import { insertChanged } from './pushes.store.ts'
import { nothingShared } from './shadow.ts'

export interface HandLink {
  integrationId: number
  entity: MappedEntity
  /** The number of our contact or deal. */
  subjectId: number
  /** The id of the one there. */
  externalId: string
}

/**
 * Says that a contact or deal of ours is one that stands in another CRM; both are brought together before long. Wake the exchange after the
 * commit. Throws `not_found`, and `conflict` when one of them is linked already.
 */
export async function linkByHand(tx: Tx, context: WorkContext, input: HandLink): Promise<CrmLink> {
  const { integrationId, entity, subjectId, externalId } = input
  const { projectId, now } = context
  const integration = await getIntegration(tx, projectId, integrationId)
  const subject = await subjectOf(tx, projectId, entity, subjectId)
  const other = (await linksOfRecords(tx, integrationId, entity, [externalId])).get(externalId)
  if (other?.subjectId && !other.shadow.gone) {
    throw new AppError('conflict', `${externalId} is our ${entity} ${other.subjectId} already; unlink that one first.`)
  }
  const row = { projectId, integrationId, entity, subjectId, externalId, shadow: nothingShared, theirsUpdatedAt: null }
  const [link] = await insertLinks(tx, [row], now)
  if (!link) throw new AppError('conflict', `The ${entity} ${subjectId} is linked already; unlink it first.`)
  await upsertHeard(tx, integrationId, [{ entity, id: externalId }], now)
  if (integration.direction !== 'pull') await insertChanged(tx, [{ integrationId, entity, subjectId }], now)
  await recordWork(tx, context, exchangeKinds[entity].linked, subject, linkFacts({ integration }, externalId))
  return link
}

async function subjectOf(
  tx: Tx,
  projectId: number,
  entity: MappedEntity,
  id: number,
): Promise<{ contactId: number; dealId?: number }> {
  if (entity === 'contact') return { contactId: (await getContact(tx, projectId, id)).id }
  const { deal } = await getDeal(tx, projectId, id)
  return { dealId: deal.id, contactId: deal.contactId }
}
