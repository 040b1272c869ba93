import { setTimeout as sleep } from 'node:timers/promises'
import type { Tx } from '../../platform/database/database.ts'
import { doublingDelays } from '../../platform/deliveries/backoff.ts'
import type { AttemptResult, Delivery, DeliverySender } from '../../platform/deliveries/delivery.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { SendError } from '../channel.ts'
import type { ChannelHub } from '../channels/channel-hub.ts'
import { markUnreachable, migrateThread, touchSent } from '../conversations.store.ts'
import { noteSent } from '../messages.store.ts'
import { fitContent } from './fit-content.ts'
import { channelOfQueue, type MessagePayload } from './message-delivery.ts'

/** How long "typing" is shown, in milliseconds. */
const typingMs = 1000

/** Waits after the first and each further failed attempt: from a second, doubling to ten minutes, for about two hours. */
const retryDelaysMs = doublingDelays(1000, 600_000, 20)

/** Sends messages through their channels. */
export function messageSender(hub: ChannelHub, metrics: Metrics): DeliverySender {
  return {
    kind: 'message',
    retryDelaysMs,
    recordsSuccess: false,
    pacing(delivery) {
      const pacing = hub.get(channelOfQueue(delivery.queue))?.adapter.pacing()
      if (!pacing) return { perSecond: Number.POSITIVE_INFINITY, perLanePerSecond: Number.POSITIVE_INFINITY }
      const { kind } = delivery.payload as MessagePayload
      const perLane =
        kind === 'group' && pacing.perGroupPerMinute !== undefined
          ? Math.min(pacing.perThreadPerSecond, pacing.perGroupPerMinute / 60)
          : pacing.perThreadPerSecond
      return { perSecond: pacing.perSecond, perLanePerSecond: perLane }
    },
    send: (delivery, signal) => sendMessage(hub, delivery, signal),
    reroute(delivery, error) {
      if (!(error instanceof SendError) || error.failure.reason !== 'migrated') return false
      const payload = delivery.payload as MessagePayload
      if (payload.thread === error.failure.newThreadId) return false
      payload.migratedTo = error.failure.newThreadId
      payload.thread = error.failure.newThreadId
      return true
    },
    async settle(tx, results, last) {
      metrics.messagesSent.inc(results.filter(({ attempt }) => attempt.outcome === 'sent').length)
      await settleMessages(tx, hub, results, last)
    },
  }
}

/** A long text or an album is several sends; how far they came is noted, so that a retry goes on behind it. */
async function sendMessage(hub: ChannelHub, delivery: Delivery, signal: AbortSignal): Promise<Record<string, unknown>> {
  const adapter = hub.adapter(channelOfQueue(delivery.queue))
  const payload = delivery.payload as MessagePayload
  const target = { thread: payload.thread, kind: payload.kind }
  const { outbound } = payload
  if (outbound.action !== 'message') return { externalIds: (await adapter.send(target, outbound, signal)).externalIds }
  const capabilities = adapter.capabilities(payload.kind)
  if (payload.typing && capabilities.typing && !payload.sent) {
    await adapter.send(target, { action: 'typing' }, signal)
    await sleep(typingMs, undefined, { signal })
  }
  const pieces = fitContent(outbound, capabilities)
  for (const piece of pieces.slice(payload.sent?.pieces ?? 0)) {
    const receipt = await adapter.send(target, { action: 'message', ...piece }, signal)
    payload.sent = {
      pieces: (payload.sent?.pieces ?? 0) + 1,
      externalIds: [...(payload.sent?.externalIds ?? []), ...receipt.externalIds],
    }
  }
  return { externalIds: payload.sent?.externalIds ?? [] }
}

async function settleMessages(
  tx: Tx,
  hub: ChannelHub,
  results: AttemptResult[],
  last: (written: Promise<unknown>) => void,
): Promise<void> {
  const ended = results.filter(({ attempt }) => attempt.outcome !== 'retry')
  last(
    noteSent(
      tx,
      ended.map(({ delivery, attempt }) => ({
        id: delivery.subjectId,
        external_id: attempt.outcome === 'sent' ? ((attempt.result.externalIds as string[])[0] ?? null) : null,
        status: attempt.outcome === 'sent' ? 'sent' : 'failed',
        error: attempt.outcome === 'dead' ? attempt.error : null,
      })),
    ),
  )
  const sentBy = new Set(
    ended.flatMap(({ delivery, attempt }) => (attempt.outcome === 'sent' ? [channelOfQueue(delivery.queue)] : [])),
  )
  for (const channelId of sentBy) {
    const at = hub.noteSent(channelId)
    if (at) last(touchSent(tx, channelId, at))
  }
  for (const { delivery, attempt } of results) {
    const payload = delivery.payload as MessagePayload
    const unreachable = attempt.outcome === 'dead' && attempt.result?.unreachable === true
    if (unreachable) await markUnreachable(tx, payload.conversationId, attempt.error)
    if (attempt.outcome !== 'retry' || !payload.migratedTo) continue
    await migrateThread(
      tx,
      {
        projectId: delivery.projectId,
        channelId: channelOfQueue(delivery.queue),
        conversationId: payload.conversationId,
      },
      payload.migratedTo,
    )
    payload.migratedTo = undefined
  }
}
