import type { ChannelEvent } from '../../conversations/event.ts'
import type { ThreadKey } from '../../conversations/events.store.ts'
import { isInGroup, personOf } from '../../conversations/receive/admit-threads.ts'
import { albumHoldMs } from '../../conversations/receive/join-albums.ts'
import { type ArrivingEvents, eventKey } from '../../conversations/receive/locked-threads.store.ts'
import type { QueuedEvent, ThreadQueue } from '../../conversations/receive/thread-queue.ts'
import { threadKey } from '../../conversations/receive/thread-queue.ts'
import type { CallAnswer, ThreadWork } from './advance-thread.ts'

/** What comes to the road. */
export type RoadItem =
  | {
      kind: 'events'
      projectId: number
      channelId: number
      events: ChannelEvent[]
      stored(): void
      refused(error: unknown): void
    }
  /** Something stored waits in the thread. */
  | { kind: 'thread'; threadId: number }
  | { kind: 'due'; threadId: number; runId: number }
  /** Work outside that `holder`, a process that is gone, had begun. */
  | { kind: 'orphan'; threadId: number; runId: number; holder: string }
  | { kind: 'answer'; threadId: number; answer: CallAnswer }
  /** Attempts of deliveries begin or have ended. */
  | { kind: 'notes' }

/** An event that has just come in. */
export interface Arrival {
  projectId: number
  channelId: number
  thread: string
  queued: QueuedEvent
}

/** What one transaction of the road works on. */
export interface Batch {
  items: RoadItem[]
  arrivals: Arrival[]
  /** The threads: those of arriving events, by key, and those known to have something waiting, by number. */
  wanted: { keys: ThreadKey[]; ids: number[] }
  arriving: ArrivingEvents
  work: Map<number, ThreadWork>
  runIds: number[]
}

/** Sorts what has come into what has to be read and locked. */
export function gatherBatch(items: RoadItem[], now: Date): Batch {
  const arrivals = items.flatMap((item) => (item.kind === 'events' ? arrivalsOf(item, now) : []))
  const work = new Map<number, ThreadWork>()
  const workOf = (threadId: number): ThreadWork => {
    const known = work.get(threadId) ?? { due: new Set<number>(), results: [], orphans: new Map<number, string>() }
    work.set(threadId, known)
    return known
  }
  const runIds: number[] = []
  for (const item of items) {
    if (item.kind === 'events' || item.kind === 'notes') continue
    const thread = workOf(item.threadId)
    if (item.kind === 'due') thread.due.add(item.runId)
    if (item.kind === 'orphan') thread.orphans.set(item.runId, item.holder)
    if (item.kind === 'answer') thread.results.push(item.answer)
    if (item.kind === 'due' || item.kind === 'orphan') runIds.push(item.runId)
    if (item.kind === 'answer') runIds.push(item.answer.runId)
  }
  const keys = new Map(
    arrivals.map((arrival) => [
      threadKey(arrival.channelId, arrival.thread),
      { project_id: arrival.projectId, channel_id: arrival.channelId, external_id: arrival.thread },
    ]),
  )
  return {
    items,
    arrivals,
    wanted: { keys: [...keys.values()], ids: [...work.keys()] },
    arriving: {
      events: arrivals.map((arrival) => ({ channel_id: arrival.channelId, external_id: arrival.queued.externalId })),
      people: peopleOf(arrivals),
      speakers: speakersOf(arrivals),
    },
    work,
    runIds: [...new Set(runIds)],
  }
}

/** Lines the arrivals up behind what is stored already; what came before, or twice in this batch, is passed over. */
export function queueArrivals(threads: ThreadQueue[], arrivals: Arrival[], known: Set<string>): void {
  const byKey = new Map(threads.map((thread) => [threadKey(thread.channelId, thread.externalId), thread]))
  const seen = new Set(known)
  for (const arrival of arrivals) {
    const key = eventKey({ channel_id: arrival.channelId, external_id: arrival.queued.externalId })
    if (seen.has(key)) continue
    seen.add(key)
    byKey.get(threadKey(arrival.channelId, arrival.thread))!.events.push(arrival.queued)
  }
}

function arrivalsOf(item: Extract<RoadItem, { kind: 'events' }>, now: Date): Arrival[] {
  return item.events.map((event) => ({
    projectId: item.projectId,
    channelId: item.channelId,
    thread: event.thread.id,
    queued: {
      externalId: event.externalId,
      event,
      receivedAt: now.toISOString(),
      holdUntil:
        event.kind === 'message' && event.message.albumId !== undefined
          ? new Date(now.getTime() + albumHoldMs).toISOString()
          : null,
    },
  }))
}

function peopleOf(arrivals: Arrival[]): ArrivingEvents['people'] {
  const people = new Map<string, ArrivingEvents['people'][number]>()
  for (const { projectId, queued } of arrivals) {
    const identity = personOf(queued.event)?.identities[0]
    if (identity) people.set(`${projectId}/${identity.kind}/${identity.value}`, { project_id: projectId, ...identity })
  }
  return [...people.values()]
}

function speakersOf(arrivals: Arrival[]): ArrivingEvents['speakers'] {
  return arrivals
    .filter(({ queued }) => isInGroup(queued.event))
    .flatMap(({ projectId, queued }) =>
      (personOf(queued.event)?.identities ?? []).map(({ kind, value }) => ({ project_id: projectId, kind, value })),
    )
}
