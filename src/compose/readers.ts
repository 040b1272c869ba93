import type { ChannelHub } from '../conversations/channels/channel-hub.ts'
import { channelQueue } from '../conversations/deliver/message-delivery.ts'
import { followConversations, followedKinds } from '../conversations/mirrors/follow-conversations.ts'
import { noticeKinds, sendNotices } from '../crm/notices/send-notices.ts'
import { triggeredFlows, triggerKinds } from '../flows/change-triggers/start-triggered-flows.ts'
import type { EngineCache } from '../flows/engine/engine-cache.ts'
import type { Road } from '../flows/engine/road.ts'
import { type ChangeReader, startChangeReader } from '../platform/change-reader.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { Log } from '../platform/log.ts'
import type { Signals } from '../platform/signals.ts'
import { exchangedKinds, noteChanges } from '../sync/exchange/note-changes.ts'
import { exchangeTopic } from '../sync/exchange/queue-push.ts'
import { deliverChanges } from '../sync/webhooks/deliver-changes.ts'
import { webhookQueue } from '../sync/webhooks/webhook-queue.ts'

export interface ReaderParts {
  db: Database
  clock: Clock
  log: Log
  processName: string
  cache: EngineCache
  road: Road
  hub: ChannelHub
  signals: Signals
}

/** Everybody who follows the log of changes, each by a cursor of its own. */
export function startReaders({ db, clock, log, processName, cache, road, hub, signals }: ReaderParts): ChangeReader[] {
  const startFlows = triggeredFlows({ log, flowsChanged: (projectId) => cache.forget(projectId) })
  return [
    startChangeReader({
      db,
      log,
      name: 'webhooks',
      holder: processName,
      handle: async (tx, changes) => {
        const webhookIds = await deliverChanges(tx, changes, clock.now(), log)
        return () => {
          for (const id of webhookIds) signals.notify(`queue:${webhookQueue(id)}`)
        }
      },
    }),
    startChangeReader({
      db,
      log,
      name: 'crm',
      holder: processName,
      kinds: exchangedKinds,
      handle: async (tx, changes) => {
        const integrationIds = await noteChanges(tx, changes, clock.now())
        return () => {
          for (const id of integrationIds) signals.notify(exchangeTopic(id))
        }
      },
    }),
    startChangeReader({
      db,
      log,
      name: 'change-triggers',
      holder: processName,
      kinds: triggerKinds,
      handle: async (tx, changes, continued) => {
        const threads = await startFlows(tx, changes, continued)
        return threads.length > 0 ? () => road.wake(threads) : undefined
      },
    }),
    startChangeReader({
      db,
      log,
      name: 'rooms',
      holder: processName,
      kinds: followedKinds,
      isWanted: () => hub.hasRooms(),
      handle: async (tx, changes) => {
        const queues = await followConversations(tx, changes, (projectId) => hub.roomsOf(projectId), clock.now())
        return () => {
          for (const queue of queues) signals.notify(`queue:${queue}`)
        }
      },
    }),
    startChangeReader({
      db,
      log,
      name: 'notices',
      holder: processName,
      kinds: noticeKinds,
      handle: async (tx, changes) => {
        const channels = await sendNotices(tx, changes, clock.now())
        return () => {
          for (const channelId of channels) signals.notify(`queue:${channelQueue(channelId)}`)
        }
      },
    }),
  ]
}
