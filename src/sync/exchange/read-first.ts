import type { CrmEntity, CrmRecord } from '../crm.ts'
import type { MappedEntity } from '../mapping/our-side.ts'
import { readOurValues } from '../mapping/our-values.ts'
import { type Batch, conclude, isThere, openOf } from './batch.ts'
import { beginAnew } from './begin-anew.ts'
import { directionsFor, type Exchange } from './exchange.ts'
import { failedPush } from './failed-push.ts'
import { heardAmong } from './heard.store.ts'
import type { CrmLink } from './link.ts'
import { linksOfSubjects } from './links.store.ts'
import { changesToPush } from './merge-values.ts'
import { takeIn, valuesWithTags } from './take-in.ts'
import { slices } from './write-records.ts'

/** Reads ours and the links of these contacts or deals into the batch. */
export async function loadSubjects(batch: Batch, entity: MappedEntity, subjectIds: readonly number[]): Promise<void> {
  const { db, integration } = batch.exchange
  const ids = [...new Set(subjectIds)]
  const [subjects, links] = entity === 'contact' ? [batch.contacts, batch.contactLinks] : [batch.deals, batch.dealLinks]
  for (const [id, values] of await readOurValues(db, integration, entity, ids)) subjects.set(id, values)
  const found = await linksOfSubjects(db, integration.id, entity, ids)
  for (const id of ids) {
    const link = found.get(id)
    if (link) links.set(id, link)
    else links.delete(id)
  }
}

/**
 * Reads there, and takes in, what has to be known before it is written: what was never read, what we heard of, and what has lists that
 * change, because they are written as a whole.
 */
export async function readFirst(batch: Batch, entity: MappedEntity, subjectIds: readonly number[]): Promise<void> {
  const { exchange } = batch
  const links = entity === 'contact' ? batch.contactLinks : batch.dealLinks
  const linked = [...new Set(subjectIds)].flatMap((id) => links.get(id) ?? []).filter(isThere)
  const heard = await heardAmong(
    exchange.db,
    exchange.integration.id,
    entity,
    linked.map(({ externalId }) => externalId),
  )
  const wanted = linked.filter(
    (link) => isUnread(link) || heard.has(link.externalId) || changesLists(batch, entity, link),
  )
  if (wanted.length === 0) return
  const records = await readAll(
    exchange,
    entity,
    wanted.map(({ externalId }) => ({ id: externalId })),
  )
  const missing = wanted.filter(({ externalId }) => !records.has(externalId))
  const pushesOf = (link: CrmLink) => openOf(batch, entity).filter(({ subjectId }) => subjectId === link.subjectId)
  await beginAnew(
    batch,
    missing.flatMap((link) => pushesOf(link).map((push) => ({ push, link }))),
  )
  const read = wanted.flatMap((link) => {
    const record = records.get(link.externalId)
    return record ? [{ record, link }] : []
  })
  const failures = await takeIn(exchange, entity, read)
  for (const [externalId, error] of failures) {
    const link = wanted.find((one) => one.externalId === externalId)!
    for (const push of pushesOf(link)) conclude(batch, [push], failedPush(batch, push, error, false))
  }
  await loadSubjects(
    batch,
    entity,
    wanted.map(({ subjectId }) => subjectId!),
  )
}

/** So many are read at once. */
const readAtOnce = 250

/** What stands there, by its id. */
export async function readAll(
  { adapter, signal }: Exchange,
  entity: CrmEntity,
  refs: { id: string; on?: CrmRecord['on'] }[],
): Promise<Map<string, CrmRecord>> {
  const found = new Map<string, CrmRecord>()
  for (const slice of slices(refs, readAtOnce)) {
    for (const record of await adapter.read(entity, slice, signal)) found.set(record.id, record)
  }
  return found
}

/** Whether it was never read since it was linked. */
export function isUnread({ shadow }: CrmLink): boolean {
  return Object.keys(shadow.theirs).length === 0
}

function changesLists({ exchange, contacts, deals }: Batch, entity: MappedEntity, link: CrmLink): boolean {
  const ours = (entity === 'contact' ? contacts : deals).get(link.subjectId!)
  if (!ours) return false
  const sides = { directions: directionsFor(exchange, entity), ours: valuesWithTags(ours), shadow: link.shadow }
  return Object.values(changesToPush(sides).values).some(Array.isArray)
}
