import type { Database } from '../platform/database/database.ts'
import { readOpenQueues, reclaimSending } from '../platform/deliveries/deliveries.store.ts'
import type { Dispatcher } from '../platform/deliveries/dispatcher.ts'
import { webhookOfQueue } from '../sync/webhooks/webhook-queue.ts'
import { switchedOffWebhookIds } from '../sync/webhooks/webhooks.store.ts'

export interface WebhookQueues {
  /** The lease of webhooks is ours. Gives how many sends of a dead process are repeated. */
  takeOver(): Promise<number>
  letGo(): void
  /** Something waits in a queue. */
  wake(queue: string): void
  /** Something may wait in any queue. */
  wakeAll(): Promise<void>
  /** Looks where something waits: what came unheard of is sent, and what is empty or was switched off is let go. */
  look(): Promise<void>
}

/**
 * Keeps the queues of webhooks in hand while this process holds their lease: one for each subscription for which something waits, so
 * that idle ones cost nothing and no receiver stands in another's way.
 */
export function webhookQueues(db: Database, dispatcher: Dispatcher, processName: string): WebhookQueues {
  let held = false
  const ours = new Set<string>()

  const own = (queue: string): void => {
    ours.add(queue)
    dispatcher.own(queue)
  }
  const disown = (queue: string): void => {
    ours.delete(queue)
    dispatcher.disown(queue)
  }
  const look = async (): Promise<void> => {
    if (!held) return
    const idle = [...ours].filter((queue) => dispatcher.isIdle(queue))
    const off = await switchedOffWebhookIds(db)
    // What waits for a subscription that was removed is tried too: that ends it.
    const isOn = (queue: string) => {
      const id = webhookOfQueue(queue)
      return id !== undefined && !off.has(id)
    }
    const waiting = new Set((await readOpenQueues(db)).filter(isOn))
    if (!held) return
    for (const queue of waiting) if (!ours.has(queue)) own(queue)
    for (const queue of ours) if (!isOn(queue)) disown(queue)
    // Idle before the look and after it: nothing came meanwhile.
    for (const queue of idle) if (ours.has(queue) && !waiting.has(queue) && dispatcher.isIdle(queue)) disown(queue)
  }

  return {
    look,
    async takeOver() {
      const queues = (await readOpenQueues(db)).filter((queue) => webhookOfQueue(queue) !== undefined)
      const doubtful = await db.transaction((tx) => reclaimSending(tx, queues, processName))
      held = true
      await look()
      return doubtful
    },
    letGo() {
      held = false
      for (const queue of ours) disown(queue)
    },
    async wakeAll() {
      await look()
      for (const queue of ours) dispatcher.wake(queue)
    },
    wake(queue) {
      if (!held) return
      if (ours.has(queue)) dispatcher.wake(queue)
      else own(queue)
    },
  }
}
