import { doublingDelays, withJitter } from '../../platform/deliveries/backoff.ts'
import { AppError, messageOf } from '../../platform/errors.ts'
import type { CrmEntity, CrmRecord } from '../crm.ts'
import { adoptContacts, adoptDeals } from './adopt.ts'
import type { Exchange } from './exchange.ts'
import { isOfAccount } from './failed-push.ts'
import { dueHeard, forgetHeard, type HeardThing, putOffHeard } from './heard.store.ts'
import type { CrmLink } from './link.ts'
import { linksOfRecords } from './links.store.ts'
import { type DoubtfulPush, doubtfulPushes, insertChanged } from './pushes.store.ts'
import { isUnread, readAll } from './read-first.ts'
import { type ReadRecord, takeIn } from './take-in.ts'
import { takeInHanging } from './take-in-hanging.ts'
import { noteGone } from './unlink.ts'
import { slices } from './write-records.ts'

/** What a batch came to. */
export interface PulledBatch {
  /** How many things were looked at. */
  taken: number
  /** How many of them are done with. */
  done: number
  /** The last thing that kept us from reading. */
  trouble: unknown
}

/** Waits after failed attempts: from two seconds, doubling to an hour. */
const retryDelaysMs = doublingDelays(2000, 3_600_000, 12)
/** What may be our own work is looked at again so many milliseconds after that is clear. */
const doubtMs = 5000

/** What could not be read so often is read in small numbers: one of them may be what fails. */
const togetherAttempts = 2
const fewOnes = 5

/** Contacts come before their deals, and what hangs on them last. */
const order = ['contact', 'deal', 'note', 'task'] as const

/** Reads what was heard of, at most so many of a kind, and takes it in. */
export async function pullBatch(exchange: Exchange, most: number): Promise<PulledBatch> {
  const pulled: PulledBatch = { taken: 0, done: 0, trouble: undefined }
  for (const entity of order) {
    if (!isOfAccount(pulled.trouble)) await pullKind(exchange, { entity, most }, pulled)
  }
  return pulled
}

async function pullKind(
  exchange: Exchange,
  { entity, most }: { entity: CrmEntity; most: number },
  pulled: PulledBatch,
): Promise<void> {
  const { db, clock, integration } = exchange
  const things = await dueHeard(db, { integrationId: integration.id, entity, limit: most }, clock.now())
  pulled.taken += things.length
  const together = things.filter(({ attempts }) => attempts <= togetherAttempts)
  const others = things.filter(({ attempts }) => attempts > togetherAttempts)
  for (const slice of [...slices(together, most), ...slices(others, fewOnes)]) {
    if (isOfAccount(pulled.trouble)) return
    try {
      await pull(exchange, entity, slice)
      pulled.done += slice.length
    } catch (error) {
      pulled.trouble = error
      if (!isOfAccount(error)) await putOff(exchange, slice, error)
    }
  }
}

async function pull(exchange: Exchange, entity: CrmEntity, things: HeardThing[]): Promise<void> {
  const { db, integration } = exchange
  const links = await linksOfRecords(
    db,
    integration.id,
    entity,
    things.map(({ externalId }) => externalId),
  )
  const there = things.filter(({ deleted }) => !deleted)
  // What nobody takes from there need not be read.
  const wanted = integration.direction === 'push' ? [] : there
  // All at once: a vendor may have the latest of many by one request.
  const records = await readAll(
    exchange,
    entity,
    wanted.map(({ externalId, hangsOn }) => ({ id: externalId, ...(hangsOn && { on: hangsOn }) })),
  )
  const gone = things.filter((thing) => thing.deleted || (wanted.includes(thing) && !records.has(thing.externalId)))
  await db.transaction((tx) =>
    noteGone(
      tx,
      exchange,
      gone.flatMap(({ externalId }) => links.get(externalId) ?? []),
    ),
  )
  const { unsure, until } = await unsureOnes(exchange, entity, things, records, links)
  const failures = await takeInAll(
    exchange,
    entity,
    [...records.values()].filter(({ id }) => !unsure.has(id)),
    links,
  )
  for (const thing of things.filter(({ externalId }) => failures.has(externalId)))
    await putOff(exchange, [thing], failures.get(thing.externalId))
  const waiting = things.filter(({ externalId }) => unsure.has(externalId))
  await db.transaction(async (tx) => {
    await putOffHeard(
      tx,
      waiting.map((thing) => ({ ...thing, attempts: 0, dueAt: until })),
    )
    await forgetHeard(
      tx,
      things.filter(({ externalId }) => !failures.has(externalId) && !unsure.has(externalId)),
    )
  })
}

/**
 * Unlinked records while it is in doubt whether a push of ours made them: the push finds them when it is tried again. What was not found
 * then is theirs, so nothing waits twice.
 */
async function unsureOnes(
  { db, integration, clock }: Exchange,
  entity: CrmEntity,
  things: readonly HeardThing[],
  records: ReadonlyMap<string, CrmRecord>,
  links: ReadonlyMap<string, CrmLink>,
): Promise<{ unsure: Set<string>; until: Date }> {
  const unlinked = things
    .filter(({ attempts, dueAt, heardAt }) => attempts > 0 || dueAt <= heardAt)
    .flatMap(({ externalId: id }) => (records.has(id) && !links.has(id) ? [id] : []))
  const isAsked = unlinked.length > 0 && entity !== 'contact'
  const mayHaveMade = ({ open, makes }: DoubtfulPush) => open && makes.includes(entity)
  const doubts = isAsked ? (await doubtfulPushes(db, integration.id)).filter(mayHaveMade) : []
  const latest = Math.max(clock.now().getTime(), ...doubts.map(({ dueAt }) => dueAt.getTime()))
  return { unsure: new Set(doubts.length > 0 ? unlinked : []), until: new Date(latest + doubtMs) }
}

async function takeInAll(
  exchange: Exchange,
  entity: CrmEntity,
  records: CrmRecord[],
  links: ReadonlyMap<string, CrmLink>,
): Promise<Map<string, unknown>> {
  if (entity === 'note' || entity === 'task') {
    return takeInHanging(
      exchange,
      entity,
      records.map((record) => ({ record, link: links.get(record.id) })),
    )
  }
  const linked = records.flatMap((record) => {
    const link = links.get(record.id)
    return link?.subjectId && !link.shadow.parted ? [{ record, link }] : []
  })
  const unlinked = records.filter(({ id }) => !links.has(id))
  const adopted = await (entity === 'contact' ? adoptContacts : adoptDeals)(exchange, unlinked)
  const read = [...linked, ...adopted]
  const failures = await takeIn(exchange, entity, read)
  await pushBack(
    exchange,
    read.filter(({ link }) => isUnread(link)),
  )
  return failures
}

/** What ours had of what is read for the first time, or was restored there, goes there. */
async function pushBack({ db, clock, integration }: Exchange, first: readonly ReadRecord[]): Promise<void> {
  if (integration.direction !== 'both' || first.length === 0) return
  const subjects = first.map(({ link: { integrationId, entity, subjectId } }) => {
    return { integrationId, entity, subjectId: subjectId! }
  })
  await db.transaction((tx) => insertChanged(tx, subjects, clock.now()))
}

async function putOff({ db, clock, random }: Exchange, things: readonly HeardThing[], error: unknown): Promise<void> {
  const asked = error instanceof AppError ? error.retryAfterMs : undefined
  const later = things.map((thing) => {
    const delay = retryDelaysMs[Math.min(thing.attempts, retryDelaysMs.length - 1)]!
    const dueAt = new Date(clock.now().getTime() + (asked ?? withJitter(delay, random())))
    return { ...thing, attempts: thing.attempts + 1, dueAt, error: messageOf(error) }
  })
  await db.transaction((tx) => putOffHeard(tx, later))
}
