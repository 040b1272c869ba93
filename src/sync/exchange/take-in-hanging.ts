import { addNote } from '../../contacts/add-note.ts'
import { updateNote } from '../../contacts/update-note.ts'
import { createTask } from '../../crm/tasks/create-task.ts'
import { updateTask } from '../../crm/tasks/update-task.ts'
import { cutText } from '../../platform/cut-text.ts'
import type { Tx } from '../../platform/database/database.ts'
import type { CrmRecord } from '../crm.ts'
import { readOurSide } from '../mapping/our-side.store.ts'
import type { OurSide } from '../mapping/our-side.ts'
import { operatorHere } from '../mapping/users.ts'
import { isThere } from './batch.ts'
import { directionsOfHanging, type Exchange, workOf } from './exchange.ts'
import { type HangingKind, moment, readHanging } from './hanging.ts'
import type { CrmLink } from './link.ts'
import { contactsOfDeals, insertLinks, linksOfRecords, lockLink, updateLinks } from './links.store.ts'
import { noteApplied, takeTheirs, type Values } from './merge-values.ts'

/** A note or task there that was read just now, and what of ours it is. */
export interface ReadHanging {
  record: CrmRecord
  /** Absent when it is new to us. */
  link: CrmLink | undefined
}

/** The longest text that a note or a description of ours keeps. */
const longestText = 20_000

/**
 * Takes in notes or tasks that were read there: new ones of contacts and deals that are linked become ours, changes of the others are
 * applied. Gives why not, by their id, for those with which it did not work.
 */
export async function takeInHanging(
  exchange: Exchange,
  kind: HangingKind,
  read: readonly ReadHanging[],
): Promise<Map<string, unknown>> {
  const { db, integration } = exchange
  const failures = new Map<string, unknown>()
  // What we only made there is nothing of ours.
  const ours = read.filter(({ link }) => link?.subjectId !== null)
  if (ours.length === 0) return failures
  const side = await readOurSide(db, integration.projectId)
  for (const { record: given, link } of ours) {
    const record = { ...given, values: asWritten(given.values) }
    try {
      if (link) await db.transaction((tx) => change(tx, exchange, side, kind, { record, link }))
      else await db.transaction((tx) => make(tx, exchange, side, kind, record))
    } catch (error) {
      failures.set(record.id, error)
    }
  }
  return failures
}

async function make(
  tx: Tx,
  exchange: Exchange,
  side: OurSide,
  kind: HangingKind,
  { id: externalId, values, on, updatedAt }: CrmRecord,
): Promise<void> {
  const { integration } = exchange
  const text = textOf(values)
  const place = on && (await placeOf(tx, exchange, on))
  if (!place || text === '' || (kind === 'task' && values.done === true)) return
  const context = workOf(exchange)
  const { id: subjectId } =
    kind === 'note'
      ? await addNote(tx, context, { ...place, text })
      : await createTask(tx, context, {
          ...words(text),
          contactId: place.contactId,
          ...(place.dealId !== undefined && { dealId: place.dealId }),
          ...ownerOf(exchange, side, values),
          ...dueOf(values),
        })
  const ours = (await readHanging(tx, integration, kind, [subjectId])).get(subjectId)!
  const shadow = { ours: ours.values, theirs: pick(values, directionsOfHanging(exchange, kind)) }
  const { id: integrationId, projectId } = integration
  const link = { projectId, integrationId, entity: kind, subjectId, externalId, shadow, theirsUpdatedAt: updatedAt }
  await insertLinks(tx, [link], context.now)
}

async function change(
  tx: Tx,
  exchange: Exchange,
  side: OurSide,
  kind: HangingKind,
  { record, link: { id } }: { record: CrmRecord; link: CrmLink },
): Promise<void> {
  const context = workOf(exchange)
  const link = await lockLink(tx, id)
  const subjectId = link?.subjectId
  const ours = subjectId && (await readHanging(tx, exchange.integration, kind, [subjectId])).get(subjectId)
  if (!link || !subjectId || !ours) return
  const taken = takeTheirs({
    directions: directionsOfHanging(exchange, kind),
    ours: ours.values,
    oursAt: ours.updatedAt,
    theirs: record.values,
    theirsAt: record.updatedAt,
    shadow: link.shadow,
    knownAt: link.theirsUpdatedAt,
  })
  const changed = taken.apply
  const text = textOf(changed)
  if (kind === 'note' && text !== '') await updateNote(tx, context, { noteId: subjectId, text })
  if (kind === 'task' && Object.keys(changed).length > 0)
    await updateTask(tx, context, {
      taskId: subjectId,
      ...(text !== '' && words(text)),
      ...('responsible' in changed && ownerOf(exchange, side, changed)),
      ...dueOf(changed),
      ...(typeof changed.done === 'boolean' && { status: changed.done ? 'done' : 'open' }),
    })
  const after = (await readHanging(tx, exchange.integration, kind, [subjectId])).get(subjectId)!
  const shadow = noteApplied(link.shadow, taken, after.values)
  await updateLinks(tx, [{ id, shadow, theirsUpdatedAt: record.updatedAt }], context.now)
}

async function placeOf(
  tx: Tx,
  { integration }: Exchange,
  on: NonNullable<CrmRecord['on']>,
): Promise<{ contactId: number; dealId?: number } | undefined> {
  const link = (await linksOfRecords(tx, integration.id, on.entity, [on.id])).get(on.id)
  if (!isThere(link) || !link.subjectId) return undefined
  if (on.entity === 'contact') return { contactId: link.subjectId }
  const contactId = (await contactsOfDeals(tx, [link.subjectId])).get(link.subjectId)
  return contactId === undefined ? undefined : { contactId, dealId: link.subjectId }
}

/** In our spelling of moments: what says the same is no change. */
function asWritten(values: Values): Values {
  const at = typeof values.due_at === 'string' ? new Date(values.due_at) : undefined
  return at === undefined || Number.isNaN(at.getTime()) ? values : { ...values, due_at: moment(at) }
}

function textOf({ text }: Values): string {
  return typeof text === 'string' ? cutText(text.trim(), longestText) : ''
}

/** A task has a name of one line; what is longer goes on below. */
function words(text: string): { name: string; description: string | null } {
  const [line, ...rest] = text.split('\n')
  const name = cutText(line!, 200).trim()
  const description = line!.length > 200 ? text : rest.join('\n').trim()
  return { name, description: description || null }
}

function ownerOf(exchange: Exchange, side: OurSide, { responsible }: Values): { responsibleId?: number } {
  if (typeof responsible !== 'string') return {}
  const found = operatorHere({ ...exchange.integration, side }, responsible)
  return 'value' in found ? { responsibleId: found.value.id } : {}
}

function dueOf({ due_at: dueAt }: Values): { dueAt?: string } {
  return typeof dueAt === 'string' ? { dueAt } : {}
}

function pick(values: Values, keys: ReadonlyMap<string, unknown>): Values {
  return Object.fromEntries([...keys.keys()].map((key) => [key, values[key] ?? null]))
}
