import type { RecordedChange } from '../../platform/changes.ts'
import type { Tx } from '../../platform/database/database.ts'
import { runTogether } from '../../platform/database/statement.ts'
import { insertDeliveries } from '../../platform/deliveries/deliveries.store.ts'
import type { DeliveryDraft } from '../../platform/deliveries/delivery.ts'
import { drawIds } from '../conversations.store.ts'
import { channelQueue } from '../deliver/message-delivery.ts'
import { addMirrors, findMirrors, quietMirrors } from './mirrors.store.ts'

/** The kinds of changes that are brought into the team's rooms. */
export const followedKinds = ['message.received', 'message.created', 'message.edited'] as const

/** What was received longer ago than so many milliseconds makes no conversation be followed: it came before there was a room. */
const newsMs = 60 * 60 * 1000

/** What a delivery to a room carries. */
export interface MirrorPayload {
  conversationId: number
  /** A message that was changed after it was brought there. */
  edited?: number
}

/** The kind of these deliveries. */
export const mirrorKind = 'mirror'

/**
 * Lets the rooms of a project's teams follow what is said: whoever writes to us makes their conversation be followed, and what is
 * said in one that is followed waits to be brought there. Several messages wait as one. Gives the queues to be woken.
 */
export async function followConversations(
  tx: Tx,
  changes: RecordedChange[],
  roomsOf: (projectId: number) => number[],
  now: Date,
): Promise<string[]> {
  const drafts: Omit<DeliveryDraft, 'id'>[] = []
  for (const [projectId, own] of Map.groupBy(changes, (change) => change.projectId)) {
    for (const channelId of roomsOf(projectId))
      drafts.push(...(await draftsFor(tx, { projectId, channelId }, own, now)))
  }
  if (drafts.length === 0) return []
  const blocks = await drawIds(tx, Math.ceil(drafts.length / 1000))
  const numbered = drafts.map((draft, index) => ({
    ...draft,
    id: blocks[Math.floor(index / 1000)]!.next + (index % 1000),
  }))
  await runTogether(tx, [insertDeliveries(numbered, '', now)])
  return [...new Set(drafts.map(({ queue }) => queue))]
}

async function draftsFor(
  tx: Tx,
  { projectId, channelId }: { projectId: number; channelId: number },
  changes: RecordedChange[],
  now: Date,
): Promise<Omit<DeliveryDraft, 'id'>[]> {
  const said = changes.filter(({ kind, conversationId }) => kind !== 'message.edited' && conversationId)
  const received = new Map<number, number>()
  for (const { kind, conversationId, data, at } of said) {
    const isNews = kind === 'message.received' && now.getTime() - at.getTime() < newsMs
    if (isNews && !received.has(conversationId!)) received.set(conversationId!, Number(data.message))
  }
  const wanted = [...received].map(([conversationId, messageId]) => ({ conversationId, messageId }))
  await addMirrors(tx, channelId, wanted, now)
  const conversationIds = [...new Set(said.map(({ conversationId }) => conversationId!))]
  const quiet = await quietMirrors(tx, { channelId, kind: mirrorKind, conversationIds })
  const edited = changes.filter(({ kind, conversationId }) => kind === 'message.edited' && conversationId)
  const known = await findMirrors(
    tx,
    channelId,
    edited.map(({ conversationId }) => conversationId!),
  )
  const payloads: MirrorPayload[] = [
    ...quiet.map((conversationId) => ({ conversationId })),
    ...edited
      .filter(({ conversationId }) => known.has(conversationId!))
      .map(({ conversationId, data }) => ({ conversationId: conversationId!, edited: Number(data.message) })),
  ]
  return payloads.map((payload) => ({
    projectId,
    queue: channelQueue(channelId),
    // A room is one chat to its vendor, whatever threads it has: it has one pace.
    lane: `room:${channelId}`,
    kind: mirrorKind,
    subjectId: payload.conversationId,
    payload,
    attempts: 0,
    dueAt: now,
    doubtful: false,
    status: 'pending' as const,
  }))
}
