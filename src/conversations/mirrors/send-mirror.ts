import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { doublingDelays } from '../../platform/deliveries/backoff.ts'
import type { Delivery, DeliverySender } from '../../platform/deliveries/delivery.ts'
import { AppError, messageOf } from '../../platform/errors.ts'
import { keepFile } from '../../platform/files/keep-file.ts'
import { type ChannelAdapter, SendError } from '../channel.ts'
import type { ChannelHub } from '../channels/channel-hub.ts'
import { fitContent } from '../deliver/fit-content.ts'
import { channelOfQueue } from '../deliver/message-delivery.ts'
import type { Content, MediaPart } from '../message.ts'
import { type MirrorPayload, mirrorKind } from './follow-conversations.ts'
import { editedPiece, type MirrorPiece, mirrorPieces, withoutFile } from './mirror-pieces.ts'
import { advanceMirror, findMirrors, setMirrorThread, spokenMessage, unmirroredMessages } from './mirrors.store.ts'
import { readTitle } from './read-title.store.ts'

const retryDelaysMs = doublingDelays(1000, 600_000, 20)
/** So many messages are read at once at most. */
const messagesAtOnce = 50
/** Larger files of other channels are only named. */
const largestFile = 20 * 1024 * 1024

export interface MirrorParts {
  db: Database
  clock: Clock
  hub: ChannelHub
}

/** Brings what is said in conversations into the team's rooms, at the pace of a group. */
export function mirrorSender(parts: MirrorParts): DeliverySender {
  return {
    kind: mirrorKind,
    retryDelaysMs,
    recordsSuccess: false,
    pacing(delivery) {
      const pacing = parts.hub.get(channelOfQueue(delivery.queue))?.adapter.pacing()
      if (!pacing) return { perSecond: Number.POSITIVE_INFINITY, perLanePerSecond: Number.POSITIVE_INFINITY }
      const perGroup = (pacing.perGroupPerMinute ?? Number.POSITIVE_INFINITY) / 60
      return { perSecond: pacing.perSecond, perLanePerSecond: Math.min(pacing.perThreadPerSecond, perGroup) }
    },
    send: (delivery, signal) => bring(parts, delivery, signal),
  }
}

/** How far it came is noted after each piece, so that a retry goes on behind it. */
async function bring(parts: MirrorParts, delivery: Delivery, signal: AbortSignal): Promise<Record<string, unknown>> {
  let brought = 0
  for (;;) {
    const { pieces, isAll } = await bringSome(parts, delivery, signal)
    brought += pieces
    if (isAll) return { brought }
    signal.throwIfAborted()
  }
}

async function bringSome(
  parts: MirrorParts,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<{ pieces: number; isAll: boolean }> {
  const { db, clock, hub } = parts
  const channelId = channelOfQueue(delivery.queue)
  const { conversationId, edited } = delivery.payload as MirrorPayload
  const adapter = hub.adapter(channelId)
  const { room } = adapter
  const mirror = (await findMirrors(db, channelId, [conversationId])).get(conversationId)
  if (!room || !mirror) return { pieces: 0, isAll: true }
  const from = { channelId, conversationId, after: mirror.lastMessageId, limit: messagesAtOnce }
  const messages = edited === undefined ? await unmirroredMessages(db, from) : []
  const pieces = edited === undefined ? mirrorPieces(messages) : await editOf(parts, edited)
  let thread = mirror.thread
  for (const piece of pieces) {
    const content = await withFiles(parts, { ...delivery, channelId }, conversationId, piece.content)
    thread ??= await openThread(parts, adapter, channelId, conversationId)
    let externalIds: string[]
    try {
      externalIds = await sendPiece(adapter, thread, content, signal)
    } catch (error) {
      // Somebody may have deleted the thread: another one is opened at the next attempt.
      if (!(error instanceof SendError)) throw error
      await setMirrorThread(db, channelId, conversationId, null)
      throw new AppError('unavailable', error.message, { cause: error })
    }
    await advanceMirror(db, { channelId, conversationId, messageId: piece.messageId, externalIds, now: clock.now() })
  }
  return { pieces: pieces.length, isAll: messages.length < messagesAtOnce }
}

async function editOf({ db }: MirrorParts, messageId: number): Promise<MirrorPiece[]> {
  const spoken = await spokenMessage(db, messageId)
  // What the team itself changed stands in the room already, or is told by who did it.
  return spoken?.message.direction === 'inbound' ? [editedPiece(spoken)] : []
}

async function openThread(
  { db, hub }: MirrorParts,
  adapter: ChannelAdapter,
  channelId: number,
  conversationId: number,
): Promise<string> {
  const { name, channel } = await readTitle(db, conversationId)
  const thread = await adapter.room!.openThread(`${name} · ${hub.nameOf(channel) ?? channel}`)
  await setMirrorThread(db, channelId, conversationId, thread)
  return thread
}

async function sendPiece(
  adapter: ChannelAdapter,
  thread: string,
  content: Content,
  signal: AbortSignal,
): Promise<string[]> {
  const ids: string[] = []
  for (const fitted of fitContent(content, adapter.capabilities('group'))) {
    try {
      const receipt = await adapter.send({ thread, kind: 'group' }, { action: 'message', ...fitted }, signal)
      ids.push(...receipt.externalIds)
    } catch (error) {
      if (error instanceof SendError || !(error instanceof AppError) || error.retryable) throw error
      // What the vendor does not take is told in words, or nothing behind it would ever be shown.
      const text = `${fitted.text}\n[This cannot be shown here: ${messageOf(error)}]`.trim().slice(0, 4000)
      ids.push(...(await adapter.send({ thread, kind: 'group' }, { action: 'message', text }, signal)).externalIds)
    }
  }
  return ids
}

/** Files of other channels are fetched and kept: the room's channel knows nothing of their references. */
async function withFiles(
  { db, clock, hub }: MirrorParts,
  to: { projectId: number; channelId: number },
  conversationId: number,
  content: Content,
): Promise<Content> {
  let changed = content
  for (const part of content.parts ?? []) {
    if (part.type !== 'media' || !('ref' in part.file)) continue
    const { channel } = await readTitle(db, conversationId)
    if (channel === to.channelId) continue
    try {
      const file = await hub.adapter(channel).fetchFile?.(part.file.ref)
      if (!file) throw new AppError('unsupported', 'The channel gives no files.')
      const told = { mime: file.mime ?? part.mime, maxBytes: largestFile, now: clock.now() }
      const { hash } = await keepFile(db, { projectId: to.projectId, body: file.body, ...told })
      const kept: MediaPart = { ...part, file: { kept: hash } }
      changed = { ...changed, parts: changed.parts?.map((other) => (other === part ? kept : other)) }
    } catch (error) {
      if (error instanceof AppError && error.retryable) throw error
      changed = withoutFile(changed, part)
    }
  }
  return changed
}
