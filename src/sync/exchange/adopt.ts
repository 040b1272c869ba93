import { findByIdentities, findContact } from '../../contacts/contacts.store.ts'
import { createDeal } from '../../crm/create-deal.ts'
import type { DealPlace } from '../../crm/deal.ts'
import { findDeal } from '../../crm/deals.store.ts'
import type { Tx } from '../../platform/database/database.ts'
import { recordWork } from '../../team/record-work.ts'
import type { CrmRecord } from '../crm.ts'
import { readOurSide } from '../mapping/our-side.store.ts'
import type { MappedEntity } from '../mapping/our-side.ts'
import { stageHere } from '../mapping/stages.ts'
import { isThere } from './batch.ts'
import { type Exchange, exchangeKinds, linkFacts, numberInMarker, workOf } from './exchange.ts'
import { identitiesThere } from './identities-there.ts'
import type { CrmLink } from './link.ts'
import { insertLinks, linksOfRecords, linksOfSubjects } from './links.store.ts'
import { readAll } from './read-first.ts'
import { nothingShared } from './shadow.ts'
import type { ReadRecord } from './take-in.ts'

/**
 * Finds what of ours contacts there are that nobody has linked yet: the one that they were made for, or that has one of their phones or
 * e-mails, unless it stands for another one there already. Strangers stay strangers.
 */
export async function adoptContacts(exchange: Exchange, records: readonly CrmRecord[]): Promise<ReadRecord[]> {
  const { db, integration } = exchange
  const adopted: ReadRecord[] = []
  if (records.length === 0) return adopted
  const side = await readOurSide(db, integration.projectId)
  for (const record of records) {
    const made = numberInMarker(exchange, 'contact', record.marker)
    const own = made === undefined ? undefined : await findContact(db, integration.projectId, made)
    const found = own ?? (await findByIdentities(db, integration.projectId, identitiesThere(record, side)))?.contact
    if (!found || (await isLinked(exchange, 'contact', found.id))) continue
    const { id } = found
    const link = await db.transaction((tx) => linkRecord(tx, exchange, 'contact', record.id, { contactId: id }))
    if (link) adopted.push({ record, link })
  }
  return adopted
}

/**
 * Makes deals of ours of deals there that nobody has linked yet: those of contacts of ours, in stages that the mapping knows. One that was
 * made for a deal of ours is that deal.
 */
export async function adoptDeals(exchange: Exchange, records: readonly CrmRecord[]): Promise<ReadRecord[]> {
  const { db, integration } = exchange
  const adopted: ReadRecord[] = []
  if (records.length === 0) return adopted
  const side = await readOurSide(db, integration.projectId)
  const contacts = await contactsOf(exchange, records)
  for (const record of records) {
    const made = numberInMarker(exchange, 'deal', record.marker)
    if (made !== undefined) {
      const link = await linkOwnDeal(exchange, record, made)
      if (link) adopted.push({ record, link })
      continue
    }
    const contactId = record.contactIds?.map((id) => contacts.get(id)).find((id) => id !== undefined)
    const place = stageHere({ ...integration, side }, String(record.values.stage ?? ''))
    if (contactId === undefined || !('value' in place)) continue
    const link = await db.transaction((tx) => makeDeal(tx, exchange, record, { contactId, place: place.value }))
    if (link) adopted.push({ record, link })
  }
  return adopted
}

/** A deal there that was made for one of ours, although the answer was lost and the push given up. */
async function linkOwnDeal(exchange: Exchange, record: CrmRecord, dealId: number): Promise<CrmLink | undefined> {
  const own = await findDeal(exchange.db, exchange.integration.projectId, dealId)
  if (!own || (await isLinked(exchange, 'deal', dealId))) return undefined
  const { contactId } = own.deal
  return exchange.db.transaction((tx) => linkRecord(tx, exchange, 'deal', record.id, { dealId, contactId }))
}

/** Whether it stands for something else there already. */
async function isLinked({ db, integration }: Exchange, entity: MappedEntity, subjectId: number): Promise<boolean> {
  const link = (await linksOfSubjects(db, integration.id, entity, [subjectId])).get(subjectId)
  return link !== undefined && !link.shadow.gone
}

/** Our contacts of deals there, by their id; those that nobody has linked yet are looked at. */
async function contactsOf(exchange: Exchange, records: readonly CrmRecord[]): Promise<Map<string, number>> {
  const { db, integration } = exchange
  const ids = [...new Set(records.flatMap(({ contactIds }) => contactIds ?? []))]
  const links = await linksOfRecords(db, integration.id, 'contact', ids)
  const contacts = new Map<string, number>()
  for (const link of links.values()) if (isThere(link) && link.subjectId) contacts.set(link.externalId, link.subjectId)
  const unknown = ids.filter((id) => !links.has(id)).map((id) => ({ id }))
  if (unknown.length === 0) return contacts
  const read = await readAll(exchange, 'contact', unknown)
  for (const { record, link } of await adoptContacts(exchange, [...read.values()]))
    contacts.set(record.id, link.subjectId!)
  return contacts
}

async function makeDeal(
  tx: Tx,
  exchange: Exchange,
  { id, values }: CrmRecord,
  { contactId, place }: { contactId: number; place: DealPlace },
): Promise<CrmLink | undefined> {
  const name = typeof values.name === 'string' ? values.name.trim().slice(0, 200) : ''
  const deal = await createDeal(tx, workOf(exchange), {
    name: name || `Deal ${id}`,
    contactId,
    spot: place.spot.name,
    pipeline: place.pipeline.name,
    stage: place.stage.name,
  })
  return linkRecord(tx, exchange, 'deal', id, { dealId: deal.id, contactId })
}

async function linkRecord(
  tx: Tx,
  exchange: Exchange,
  entity: MappedEntity,
  externalId: string,
  subject: { contactId: number; dealId?: number },
): Promise<CrmLink | undefined> {
  const { id: integrationId, projectId } = exchange.integration
  const context = workOf(exchange)
  const subjectId = subject.dealId ?? subject.contactId
  const row = { projectId, integrationId, entity, subjectId, externalId, shadow: nothingShared, theirsUpdatedAt: null }
  const [link] = await insertLinks(tx, [row], context.now)
  if (link) await recordWork(tx, context, exchangeKinds[entity].linked, subject, linkFacts(exchange, externalId))
  return link
}
