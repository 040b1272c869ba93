import type { Tx } from '../../platform/database/database.ts'
import { recordWork } from '../../team/record-work.ts'
import type { CrmEntity } from '../crm.ts'
import type { MappedEntity } from '../mapping/our-side.ts'
import { type Exchange, exchangeKinds, linkFacts, workOf } from './exchange.ts'
import type { CrmLink } from './link.ts'
import { contactsOfDeals, deleteLinks, updateLinks } from './links.store.ts'
import { nothingShared } from './shadow.ts'

/**
 * Notes that records were deleted there. Ours stay, and keep the memory of it, so that they are not made again unless a flow wants that; of
 * contacts and deals it is recorded as `contact.crm_unlinked` or `deal.crm_unlinked`.
 */
export async function noteGone(tx: Tx, exchange: Exchange, links: readonly CrmLink[]): Promise<void> {
  const context = workOf(exchange)
  const known = links.filter(({ shadow }) => !shadow.gone)
  const kept = known.filter(({ subjectId }) => subjectId !== null)
  await deleteLinks(
    tx,
    known.filter((link) => !kept.includes(link)).map(({ id }) => id),
  )
  const gone = kept.map(({ id }) => ({ id, shadow: { ...nothingShared, gone: true }, theirsUpdatedAt: null }))
  await updateLinks(tx, gone, context.now)
  const contactIds = await contactsOfDeals(
    tx,
    kept.flatMap(({ entity, subjectId }) => (entity === 'deal' ? [subjectId!] : [])),
  )
  for (const { entity, subjectId, externalId } of kept) {
    if (!isMapped(entity)) continue
    const dealId = entity === 'deal' ? subjectId : undefined
    const contactId = dealId ? contactIds.get(dealId) : subjectId
    const data = linkFacts(exchange, externalId)
    const { unlinked } = exchangeKinds[entity]
    await recordWork(tx, context, unlinked, { contactId, dealId }, { ...data, reason: 'deleted' })
  }
}

function isMapped(entity: CrmEntity): entity is MappedEntity {
  return entity === 'contact' || entity === 'deal'
}
