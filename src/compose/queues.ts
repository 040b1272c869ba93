import type { ChannelHub } from '../conversations/channels/channel-hub.ts'
import { channelOfQueue, channelQueue } from '../conversations/deliver/message-delivery.ts'
import type { Database } from '../platform/database/database.ts'
import { reclaimSending } from '../platform/deliveries/deliveries.store.ts'
import type { Dispatcher } from '../platform/deliveries/dispatcher.ts'
import { keepLeases, type LeaseKeeper } from '../platform/lease-keeper.ts'
import type { Log } from '../platform/log.ts'
import { webhookQueue } from '../sync/webhooks/deliver-changes.ts'

export interface QueueParts {
  db: Database
  log: Log
  processName: string
  /** Whether this process sends and listens, or only receives. */
  works: boolean
  hub: ChannelHub
  dispatcher: Dispatcher
}

/** Holds the leases of this process: what it holds it sends, and of channels it listens to them; what it loses it lets go. */
export function keepQueues({ db, log, processName, works, hub, dispatcher }: QueueParts): Promise<LeaseKeeper> {
  return keepLeases({
    db,
    log,
    holder: processName,
    // Every process does work outside for the messages that it took, and others must see that it lives.
    wanted: () => [`process:${processName}`, ...(works ? [webhookQueue, ...hub.ids().map(channelQueue)] : [])],
    onGained: takeOver,
    onLost: letGo,
  })

  async function takeOver(name: string): Promise<void> {
    if (name.startsWith('process:')) return
    const doubtful = await db.transaction((tx) => reclaimSending(tx, [name], processName))
    if (doubtful > 0)
      log.warn({ queue: name, doubtful }, 'Sends of a process that died are repeated, and marked as doubtful.')
    dispatcher.own(name)
    if (name !== webhookQueue) await hub.listen(channelOfQueue(name))
  }

  async function letGo(name: string): Promise<void> {
    if (name.startsWith('process:')) return
    dispatcher.disown(name)
    if (name !== webhookQueue) await hub.unlisten(channelOfQueue(name))
  }
}
