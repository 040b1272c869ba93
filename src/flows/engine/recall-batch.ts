import { readContactRow } from '../../contacts/contact-row.store.ts'
import { conversationLane } from '../../conversations/deliver/message-delivery.ts'
import { personOf } from '../../conversations/receive/admit-threads.ts'
import { eventKey, type LockedThreads, threadQueue } from '../../conversations/receive/locked-threads.store.ts'
import { personKey } from '../../conversations/receive/speaking-operators.store.ts'
import { threadKey } from '../../conversations/receive/thread-queue.ts'
import type { Batch } from './batch.ts'
import type { KnownThreads } from './known-threads.ts'
import type { KnownPerson } from './remembered-threads.store.ts'
import type { RememberedThread, RememberedThreads } from './remembered-threads.ts'
import { type LockedRun, readRun } from './runs.store.ts'

/** A batch whose threads are all remembered. */
export interface RecalledBatch {
  threads: RememberedThread[]
  people: KnownPerson[]
}

/** So many numbers are enough for what most batches write. */
const enoughNumbers = 200

/**
 * Recalls all that a batch works on, so that it need not be read; undefined when a part of it is not remembered. A group is never, as
 * anybody may speak there. `holds` says which deliveries are in hand: another one that is unfinished goes before what is said now.
 */
export function recallBatch(
  batch: Batch,
  known: KnownThreads,
  memory: RememberedThreads,
  holds: (deliveryId: number) => boolean,
): RecalledBatch | undefined {
  const { wanted, arriving, arrivals } = batch
  if (!memory.isTrusted || arriving.speakers.length > 0) return undefined
  if (memory.numbers.reduce((sum, { next, last }) => sum + last - next + 1, 0) < enoughNumbers) return undefined
  const threads = new Map<number, RememberedThread>()
  const ids = wanted.keys.map(({ channel_id, external_id }) => known.idOf(threadKey(channel_id, external_id)))
  for (const id of [...ids, ...wanted.ids]) {
    const thread = id === undefined ? undefined : memory.get(id)
    if (!thread) return undefined
    threads.set(thread.row.id, { ...thread, open: thread.open.filter(holds) })
  }
  const runs = new Set([...threads.values()].flatMap((thread) => thread.runs.map(({ id }) => id)))
  // One that is named may have ended, or be another contact's.
  if (batch.runIds.some((id) => !runs.has(id))) return undefined

  const people = new Map<string, KnownPerson>()
  for (const { projectId, channelId, thread, queued } of arrivals) {
    const identity = personOf(queued.event)?.identities[0]
    if (!identity) continue
    const { row, people: keys } = threads.get(known.idOf(threadKey(channelId, thread))!)!
    const key = personKey(projectId, identity)
    if (!keys.includes(key)) return undefined
    const { kind, value } = identity
    people.set(key, { project_id: projectId, kind, value, contact_id: row.contact!.row.id as number })
  }
  return { threads: [...threads.values()], people: [...people.values()] }
}

/** What would have been read of a recalled batch. */
export function asRead(
  { threads, people }: RecalledBatch,
  batch: Batch,
  memory: RememberedThreads,
): { locked: LockedThreads; runs: LockedRun[] } {
  const contacts = new Map(threads.map(({ row }) => [row.contact!.row.id, row.contact!.row]))
  const events = new Set(threads.flatMap((thread) => thread.events))
  const runs = threads.flatMap((thread) =>
    thread.runs.map(({ json, version }) => ({ run: readRun(JSON.parse(json)), version })),
  )
  return {
    locked: {
      threads: threads.map(({ row }) => threadQueue(row)),
      rows: threads.map(({ row }) => row),
      people: new Map(
        people.map((person) => [
          personKey(person.project_id, person),
          readContactRow(contacts.get(person.contact_id)!),
        ]),
      ),
      operators: new Map(),
      known: new Set(batch.arriving.events.map(eventKey).filter((key) => events.has(key))),
      open: new Map(threads.map(({ row, open }) => [conversationLane(row.conversation!.row.id as number), open])),
      numbers: memory.numbers,
    },
    runs: runs.toSorted((one, other) => one.run.id - other.run.id),
  }
}
