import type { CrmMark } from '../crm.ts'
import type { MappedEntity } from '../mapping/our-side.ts'
import { type Batch, conclude, isThere, noteStep, openOf } from './batch.ts'
import { byTheirClock, markerOf } from './exchange.ts'
import { notTried, soonMs } from './failed-push.ts'
import type { NewLink } from './links.store.ts'
import type { CrmPush } from './push.ts'
import { type DoubtfulPush, doubtfulPushes } from './pushes.store.ts'
import { loadSubjects } from './read-first.ts'
import { nothingShared } from './shadow.ts'
import { slices } from './write-records.ts'

/**
 * Looks for what may have been made there without our hearing of it, before anything is made again: for pushes whose answer was lost, and
 * for all that is about the same contact. What others still have in doubt waits for them.
 */
export async function resolveDoubts(batch: Batch): Promise<void> {
  const { db, integration } = batch.exchange
  const doubts = await doubtfulPushes(db, integration.id)
  if (doubts.length === 0) return
  waitForOthers(batch, doubts)
  const open = openOf(batch)
  const deals = open.filter((push) => push.entity === 'deal' && !isThere(batch.dealLinks.get(push.subjectId)))
  const dealDoubts = doubts.filter((doubt) => doubt.entity === 'deal' && deals.some(isAbout(doubt)))
  await findMade(batch, 'deal', dealDoubts)
  const contactIds = open.flatMap((push) => contactOf(batch, push) ?? [])
  const unlinked = new Set(contactIds.filter((id) => !isThere(batch.contactLinks.get(id))))
  await findMade(
    batch,
    'contact',
    doubts.filter(({ contactId }) => contactId !== null && unlinked.has(contactId)),
  )
}

/** The contact that a push is about, or whose deal it is about. */
export function contactOf({ deals }: Batch, { entity, subjectId }: CrmPush): number | undefined {
  if (entity === 'contact') return subjectId
  return entity === 'deal' ? deals.get(subjectId)?.contactId : undefined
}

function waitForOthers(batch: Batch, doubts: readonly DoubtfulPush[]): void {
  const elsewhere = doubts.filter(({ id, open }) => open && !batch.pushes.has(id))
  for (const push of openOf(batch)) {
    const contactId = contactOf(batch, push)
    if (contactId === undefined || isThere(batch.contactLinks.get(contactId))) continue
    // Of two in doubt the earlier goes first, or each would wait for the other.
    const doubt = elsewhere.find((one) => one.contactId === contactId && (!push.doubtful || one.id < push.id))
    if (!doubt) continue
    const at = new Date(Math.max(doubt.dueAt.getTime(), batch.exchange.clock.now().getTime()) + soonMs)
    conclude(batch, [push], { status: 'again', at, error: notTried.message, errorCode: notTried.code, free: true })
  }
}

/** Links what is found of these by our markers. */
async function findMade(batch: Batch, entity: MappedEntity, doubts: readonly DoubtfulPush[]): Promise<void> {
  if (doubts.length === 0) return
  const { exchange } = batch
  const { adapter, signal } = exchange
  const since = byTheirClock(exchange, Math.min(...doubts.map((doubt) => doubt.firstStartedAt.getTime())))
  const marks = new Map(doubts.map((doubt) => [markOf(batch, entity, doubt).marker, doubt]))
  for (const slice of slices([...marks.values()], adapter.abilities().batch)) {
    const wanted = slice.map((doubt) => markOf(batch, entity, doubt))
    const found = await adapter.findMarked(entity, wanted, since, signal)
    const links = [...found].flatMap(([marker, { id, contactId }]) => {
      const doubt = marks.get(marker)
      if (!doubt) return []
      const subjectId = entity === 'deal' ? doubt.subjectId : doubt.contactId!
      const own = newLink(batch, entity, subjectId, id)
      if (!contactId || doubt.contactId === null || isThere(batch.contactLinks.get(doubt.contactId))) return [own]
      return [newLink(batch, 'contact', doubt.contactId, contactId), own]
    })
    if (links.length === 0) continue
    await noteStep(batch, { links })
    await reload(batch, links)
  }
}

function markOf({ exchange }: Batch, entity: MappedEntity, doubt: DoubtfulPush): CrmMark {
  if (entity === 'contact') return { marker: markerOf(exchange, 'contact', doubt.contactId!) }
  return {
    marker: markerOf(exchange, 'deal', doubt.subjectId),
    ...(doubt.contactId !== null && { contactMarker: markerOf(exchange, 'contact', doubt.contactId) }),
  }
}

/** Never read yet: what both sides have in common shows when it is. */
export function newLink({ exchange }: Batch, entity: MappedEntity, subjectId: number, externalId: string): NewLink {
  const { id: integrationId, projectId } = exchange.integration
  return { projectId, integrationId, entity, subjectId, externalId, shadow: nothingShared, theirsUpdatedAt: null }
}

async function reload(batch: Batch, links: readonly NewLink[]): Promise<void> {
  for (const entity of ['contact', 'deal'] as const) {
    const ids = links.filter((link) => link.entity === entity).map(({ subjectId }) => subjectId!)
    if (ids.length > 0) await loadSubjects(batch, entity, ids)
  }
}

const isAbout =
  (doubt: DoubtfulPush) =>
  ({ entity, subjectId }: CrmPush) =>
    entity === doubt.entity && subjectId === doubt.subjectId
