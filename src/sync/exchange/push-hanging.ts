import type { CrmRecord, CrmValue } from '../crm.ts'
import { type Batch, conclude, isThere, noteStep, openOf } from './batch.ts'
import { concludeRefused, isMissing, type Refused } from './conclude-refused.ts'
import { byTheirClock, directionsOfHanging, markerOf } from './exchange.ts'
import { failedPush, notTried, soonMs } from './failed-push.ts'
import { type Hanging, type HangingKind, readHanging } from './hanging.ts'
import type { CrmLink } from './link.ts'
import { linksOfSubjects, type NewLink } from './links.store.ts'
import { changesToPush, isNothing, noteWritten } from './merge-values.ts'
import type { CrmPush } from './push.ts'
import { openPushesOf } from './pushes.store.ts'
import { loadSubjects } from './read-first.ts'
import { nothingShared, type Shadow } from './shadow.ts'
import { type Attempted, writeRecords } from './write-records.ts'

/** A note or task to be made there. */
interface NewHanging {
  push: CrmPush
  marker: string
  on: NonNullable<CrmRecord['on']>
  values: Record<string, CrmValue>
  /** Of ours; null of one that only stands there. */
  subjectId: number | null
  shadow: Shadow
}

/** Writes the notes and tasks that pushes want besides, and those of ours. */
export async function pushHanging(batch: Batch): Promise<void> {
  for (const kind of ['note', 'task'] as const) {
    const { [`${kind}s` as const]: can } = batch.exchange.adapter.abilities()
    const rows = openOf(batch, kind)
    if (!can) continue
    const own = await ofOurs(batch, kind, rows)
    await make(batch, kind, [...wantedOnes(batch, kind), ...own])
  }
}

function wantedOnes(batch: Batch, kind: HangingKind): NewHanging[] {
  return [...openOf(batch, 'contact'), ...openOf(batch, 'deal')].flatMap((push) => {
    const values = kind === 'note' ? noteValues(push) : taskValues(push)
    const entity = push.entity as 'contact' | 'deal'
    const link = (entity === 'contact' ? batch.contactLinks : batch.dealLinks).get(push.subjectId)
    if (!values || push.progress?.[kind] || !isThere(link)) return []
    const on = { entity, id: link.externalId }
    const marker = markerOf(batch.exchange, `push-${kind}`, push.id)
    return [{ push, marker, on, values, subjectId: null, shadow: nothingShared }]
  })
}

function noteValues({ wanted }: CrmPush): Record<string, CrmValue> | undefined {
  return wanted?.note ? { text: wanted.note } : undefined
}

function taskValues({ wanted }: CrmPush): Record<string, CrmValue> | undefined {
  const task = wanted?.task
  if (!task) return undefined
  const { text, dueAt, responsible } = task
  return { text, due_at: dueAt, done: false, ...(responsible !== undefined && { responsible }) }
}

/** Brings linked ones up to date, and gives those that are to be made. */
async function ofOurs(batch: Batch, kind: HangingKind, rows: CrmPush[]): Promise<NewHanging[]> {
  if (rows.length === 0) return []
  const { db, integration } = batch.exchange
  const ids = rows.map(({ subjectId }) => subjectId)
  const ours = await readHanging(db, integration, kind, ids)
  const links = await linksOfSubjects(db, integration.id, kind, ids)
  const linked = rows.filter(({ subjectId }) => isThere(links.get(subjectId)) && ours.has(subjectId))
  await update(batch, kind, linked, ours, links)
  const unlinked = rows.filter(({ subjectId }) => ours.has(subjectId) && !links.has(subjectId))
  const hanging = unlinked.map(({ subjectId }) => ours.get(subjectId)!)
  await loadSubjects(
    batch,
    'deal',
    hanging.flatMap(({ dealId }) => dealId ?? []),
  )
  await loadSubjects(
    batch,
    'contact',
    hanging.flatMap(({ contactId }) => contactId ?? []),
  )
  const coming = await openPushesOf(
    db,
    integration.id,
    'deal',
    hanging.flatMap(({ dealId }) => dealId ?? []),
  )
  return unlinked.flatMap((push) => {
    const one = ours.get(push.subjectId)!
    const on = placeOf(batch, one)
    const dealDue = one.dealId === null ? undefined : coming.get(one.dealId)
    if (on?.entity !== 'deal' && dealDue) {
      const at = new Date(Math.max(dealDue.getTime(), batch.exchange.clock.now().getTime()) + soonMs)
      conclude(batch, [push], { status: 'again', at, error: notTried.message, errorCode: notTried.code, free: true })
    }
    if (!on || batch.outcomes.has(push.id)) return []
    const sides = { directions: directionsOfHanging(batch.exchange, kind), ours: one.values, shadow: nothingShared }
    const shadow = noteWritten(sides, { values: one.values, addTags: [], removeTags: [] }, true)
    const marker = markerOf(batch.exchange, kind, push.subjectId)
    return [{ push, marker, on, values: one.values, subjectId: push.subjectId, shadow }]
  })
}

function placeOf({ dealLinks, contactLinks }: Batch, { dealId, contactId }: Hanging): CrmRecord['on'] {
  const deal = dealId === null ? undefined : dealLinks.get(dealId)
  if (isThere(deal)) return { entity: 'deal', id: deal.externalId }
  const contact = contactId === null ? undefined : contactLinks.get(contactId)
  return isThere(contact) ? { entity: 'contact', id: contact.externalId } : undefined
}

async function update(
  batch: Batch,
  kind: HangingKind,
  rows: CrmPush[],
  ours: Map<number, Hanging>,
  links: Map<number, CrmLink>,
): Promise<void> {
  const directions = directionsOfHanging(batch.exchange, kind)
  const changed = rows.flatMap((push) => {
    const link = links.get(push.subjectId)!
    const sides = { directions, ours: ours.get(push.subjectId)!.values, shadow: link.shadow }
    const outgoing = changesToPush(sides)
    if (isNothing(outgoing)) return []
    const write = { marker: markerOf(batch.exchange, kind, push.subjectId), id: link.externalId }
    return [{ push, link, shadow: noteWritten(sides, outgoing, false), write: { ...write, values: outgoing.values } }]
  })
  if (changed.length === 0) return
  const results = await writeRecords(batch, kind, changed)
  const refused: Refused[] = []
  const shadows = changed.flatMap(({ push, link, shadow }, index) => {
    const result = results[index]!
    if (result.ok) return [{ id: link.id, shadow, theirsUpdatedAt: result.updatedAt }]
    if (isMissing(result.error)) refused.push({ push, link, error: result.error })
    else conclude(batch, [push], failedPush(batch, push, result.error, result.begun))
    return []
  })
  await noteStep(batch, { shadows })
  await concludeRefused(batch, kind, refused)
}

async function make(batch: Batch, kind: HangingKind, wanted: NewHanging[]): Promise<void> {
  if (wanted.length === 0) return
  const found = await findMade(batch, kind, wanted)
  const missing = wanted.filter(({ marker }) => !found.has(marker))
  const results = await writeRecords(
    batch,
    kind,
    missing.map(({ push, marker, on, values }) => ({ push, write: { marker, on, values } })),
  )
  const made = new Map<NewHanging, { id: string; updatedAt: Date | null }>()
  for (const one of wanted) {
    const id = found.get(one.marker)
    if (id !== undefined) made.set(one, { id, updatedAt: null })
  }
  missing.forEach((one, index) => {
    const result: Attempted = results[index]!
    if (result.ok) made.set(one, result)
    else conclude(batch, [one.push], failedPush(batch, one.push, result.error, result.begun))
  })
  const { id: integrationId, projectId } = batch.exchange.integration
  await noteStep(batch, {
    links: [...made].map(([{ subjectId, shadow }, { id: externalId, updatedAt }]): NewLink => {
      return { projectId, integrationId, entity: kind, subjectId, externalId, shadow, theirsUpdatedAt: updatedAt }
    }),
    progress: [...made].map(([{ push }, { id }]) => ({ push, progress: { [kind]: id } })),
  })
}

/** What of it is there already, of pushes whose answer was lost: the ids by marker. */
async function findMade(batch: Batch, kind: HangingKind, wanted: NewHanging[]): Promise<Map<string, string>> {
  const { adapter, signal } = batch.exchange
  const doubtful = wanted.filter(({ push }) => push.doubtful)
  if (doubtful.length === 0) return new Map()
  const since = byTheirClock(batch.exchange, Math.min(...doubtful.map(({ push }) => push.firstStartedAt!.getTime())))
  const marks = doubtful.map(({ marker, on }) => ({ marker, on }))
  const found = await adapter.findMarked(kind, marks, since, signal)
  return new Map([...found].map(([marker, { id }]) => [marker, id]))
}
