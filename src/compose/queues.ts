import type { ChannelHub } from '../conversations/channels/channel-hub.ts'
import { channelOfQueue, channelQueue } from '../conversations/deliver/message-delivery.ts'
import type { Database } from '../platform/database/database.ts'
import { reclaimSending } from '../platform/deliveries/deliveries.store.ts'
import type { Dispatcher } from '../platform/deliveries/dispatcher.ts'
import { keepLeases, type LeaseKeeper } from '../platform/lease-keeper.ts'
import type { Log } from '../platform/log.ts'
import type { Signals } from '../platform/signals.ts'
import type { CrmHub } from '../sync/integrations/crm-hub.ts'
import { exchangeLease, integrationOfLease } from '../sync/integrations/integration.ts'
import { webhookLease, webhookOfQueue } from '../sync/webhooks/webhook-queue.ts'
import { webhookQueues } from './webhook-queues.ts'

export interface QueueParts {
  db: Database
  log: Log
  processName: string
  /** Whether this process sends and listens, or only receives. */
  works: boolean
  hub: ChannelHub
  dispatcher: Dispatcher
  signals: Signals
  crmHub: CrmHub
  exchange: ExchangeHolder
}

/** Whoever works for the integrations whose leases this process holds. */
export interface ExchangeHolder {
  own(integrationId: number): Promise<void>
  /** Resolves when nothing is under way for it any more. */
  disown(integrationId: number): Promise<void>
}

export interface QueueKeeper extends LeaseKeeper {
  /** Looks for what waits in queues of which nobody told. */
  look(): Promise<void>
}

/**
 * Holds the leases of this process: what it holds it sends, of channels it listens to them, and with other CRMs it exchanges; what it loses
 * it lets go.
 */
export async function keepQueues(parts: QueueParts): Promise<QueueKeeper> {
  const { db, log, processName, works, hub, dispatcher, crmHub, exchange } = parts
  const webhooks = webhookQueues(db, dispatcher, processName)
  parts.signals.onTopics('queue:', wake)
  const work = () => [webhookLease, ...hub.ids().map(channelQueue), ...crmHub.connectedIds().map(exchangeLease)]
  const leases = await keepLeases({
    db,
    log,
    holder: processName,
    // Every process does work outside for the messages that it took, and others must see that it lives.
    wanted: () => [`process:${processName}`, ...(works ? work() : [])],
    onGained: takeOver,
    onLost: letGo,
  })
  return { ...leases, look: webhooks.look }

  function wake(queue: string): void {
    if (queue === webhookLease) void webhooks.wakeAll().catch(() => undefined)
    else if (webhookOfQueue(queue) !== undefined) webhooks.wake(queue)
    else dispatcher.wake(queue)
  }

  async function takeOver(name: string): Promise<void> {
    if (name.startsWith('process:')) return
    const integrationId = integrationOfLease(name)
    if (integrationId !== undefined) return exchange.own(integrationId)
    const isWebhooks = name === webhookLease
    const doubtful = isWebhooks
      ? await webhooks.takeOver()
      : await db.transaction((tx) => reclaimSending(tx, [name], processName))
    if (doubtful > 0)
      log.warn({ queue: name, doubtful }, 'Sends of a process that died are repeated, and marked as doubtful.')
    if (isWebhooks) return
    dispatcher.own(name)
    await hub.listen(channelOfQueue(name))
  }

  async function letGo(name: string): Promise<void> {
    if (name.startsWith('process:')) return
    const integrationId = integrationOfLease(name)
    if (integrationId !== undefined) return exchange.disown(integrationId)
    if (name === webhookLease) return webhooks.letGo()
    dispatcher.disown(name)
    await hub.unlisten(channelOfQueue(name))
  }
}
