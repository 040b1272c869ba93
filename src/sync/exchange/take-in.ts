import { identitiesOf, lockIdentities } from '../../contacts/contacts.store.ts'
import { contactForUpdate } from '../../contacts/get-contact.ts'
import { dealForUpdate } from '../../crm/get-deal.ts'
import type { Tx } from '../../platform/database/database.ts'
import { recordWork } from '../../team/record-work.ts'
import type { CrmRecord } from '../crm.ts'
import { applyTheirValues } from '../mapping/apply-values.ts'
import { readOurSide } from '../mapping/our-side.store.ts'
import type { MappedEntity, OurSide } from '../mapping/our-side.ts'
import { type OurValues, readOurValues } from '../mapping/our-values.ts'
import { inOurWords } from '../mapping/their-values.ts'
import { directionsFor, type Exchange, exchangeKinds, workOf } from './exchange.ts'
import { identitiesThere } from './identities-there.ts'
import type { CrmLink } from './link.ts'
import { lockLink, updateLinks } from './links.store.ts'
import { type Conflict, noteApplied, type Sides, type Taken, takeTheirs, type Values } from './merge-values.ts'
import { listOf, without } from './same-value.ts'
import { nothingShared } from './shadow.ts'

/** A contact or deal there that was read just now, and what of ours it is. */
export interface ReadRecord {
  record: CrmRecord
  link: CrmLink
}

/**
 * Takes in contacts or deals that were read there: what only they changed becomes ours, of what both changed the later one stays. Gives
 * why not, by their id, for those with which it did not work; the others are done.
 */
export async function takeIn(
  exchange: Exchange,
  entity: MappedEntity,
  read: readonly ReadRecord[],
): Promise<Map<string, unknown>> {
  const { db, clock, integration } = exchange
  const failures = new Map<string, unknown>()
  if (read.length === 0) return failures
  const side = await readOurSide(db, integration.projectId)
  const ours = await readOurValues(db, integration, entity, [...new Set(read.map(({ link }) => link.subjectId!))])
  const quiet: Parameters<typeof updateLinks>[1][number][] = []
  for (const { record, link } of read) {
    const values = ours.get(link.subjectId!)
    if (!values) continue
    const taken = takeTheirs(sidesOf(exchange, side, entity, { record, link }, values))
    if (Object.keys(taken.apply).length + taken.conflicts.length === 0) {
      quiet.push({ id: link.id, shadow: taken.shadow, theirsUpdatedAt: record.updatedAt })
      continue
    }
    try {
      await db.transaction((tx) => applyRecord(tx, exchange, side, entity, { record, link }))
    } catch (error) {
      failures.set(record.id, error)
    }
  }
  await db.transaction((tx) => updateLinks(tx, quiet, clock.now()))
  return failures
}

/** Our values with the labels among them. */
export function valuesWithTags({ values, tags }: OurValues): Values {
  return { ...values, tags }
}

async function applyRecord(
  tx: Tx,
  exchange: Exchange,
  side: OurSide,
  entity: MappedEntity,
  { record, link: before }: ReadRecord,
): Promise<void> {
  const { integration, log } = exchange
  const context = workOf(exchange)
  const subjectId = before.subjectId!
  if (entity === 'contact') await lockContact(tx, exchange, side, record, subjectId)
  else await dealForUpdate(tx, integration.projectId, subjectId)
  const link = await lockLink(tx, before.id)
  // A merge took it elsewhere meanwhile, or it was removed.
  if (link?.subjectId !== subjectId) return
  const ours = (await readOurValues(tx, integration, entity, [subjectId])).get(subjectId)!
  const taken = takeTheirs(sidesOf(exchange, side, entity, { record, link }, ours))
  const { tags, ...changed } = taken.apply
  const labels = tags === undefined ? undefined : labelChanges(ours.tags, listOf(tags))
  const { faults } = await applyTheirValues(tx, context, integration, entity, subjectId, changed, labels)
  if (faults.length > 0) log.info({ entity, subjectId, faults }, 'Values of another CRM cannot be kept here.')
  const after = (await readOurValues(tx, integration, entity, [subjectId])).get(subjectId)!
  const shadow = noteApplied(link.shadow, taken, valuesWithTags(after))
  await updateLinks(tx, [{ id: link.id, shadow, theirsUpdatedAt: record.updatedAt }], context.now)
  await recordConflicts(tx, exchange, entity, { subjectId, contactId: after.contactId }, taken)
}

/** Its phones and e-mails come before the contact itself, as with everybody who changes them: none waits for another in a circle. */
async function lockContact(
  tx: Tx,
  { integration: { projectId } }: Exchange,
  side: OurSide,
  record: CrmRecord,
  contactId: number,
): Promise<void> {
  const own = (await identitiesOf(tx, [contactId])).get(contactId) ?? []
  const mayGo = own.filter(({ kind }) => kind === 'phone' || kind === 'email')
  await lockIdentities(tx, projectId, [...mayGo, ...identitiesThere(record, side)])
  await contactForUpdate(tx, projectId, contactId)
}

function sidesOf(
  exchange: Exchange,
  side: OurSide,
  entity: MappedEntity,
  { record, link }: ReadRecord,
  ours: OurValues,
): Sides {
  const theirs = inOurWords(exchange.integration, side, entity, record)
  return {
    directions: directionsFor(exchange, entity),
    ours: valuesWithTags(ours),
    oursAt: ours.updatedAt,
    theirs: { ...theirs.values, tags: theirs.tags },
    theirsAt: record.updatedAt,
    shadow: link.shadow.gone ? nothingShared : link.shadow,
    knownAt: link.theirsUpdatedAt,
  }
}

function labelChanges(before: string[], after: string[]): { add: string[]; remove: string[] } {
  return { add: without(after, before), remove: without(before, after) }
}

async function recordConflicts(
  tx: Tx,
  exchange: Exchange,
  entity: MappedEntity,
  { subjectId, contactId }: { subjectId: number; contactId: number | undefined },
  { conflicts }: Taken,
): Promise<void> {
  if (conflicts.length === 0) return
  const subject = entity === 'contact' ? { contactId: subjectId } : { dealId: subjectId, contactId }
  const fields = Object.fromEntries(
    conflicts.map(({ key, kept, lost, from }) => [ourName(exchange, entity, key), { kept, lost, from }]),
  ) satisfies Record<string, Omit<Conflict, 'key'>>
  const { id, name } = exchange.integration
  const data = { fields, integrationId: id, integration: name }
  await recordWork(tx, workOf(exchange), exchangeKinds[entity].conflict, subject, data)
}

function ourName({ integration }: Exchange, entity: MappedEntity, key: string): string {
  return integration.mapping[entity].find(({ theirs }) => theirs === key)?.ours ?? key
}
