import type { WorkEvent } from '../event.ts'
import type { ApplyTools } from '../receive/apply-tools.ts'
import type { ThreadQueue } from '../receive/thread-queue.ts'
import { insertOrder } from './orders.store.ts'

/** Orders of the channel's adapter what it made for itself, in the transaction that takes the event. */
export async function orderWork({ tx, writes }: ApplyTools, thread: ThreadQueue, event: WorkEvent): Promise<void> {
  const input = JSON.stringify({ kind: 'work', event })
  const lane = `work:${event.thread.id}`
  await insertOrder(
    tx,
    { channelId: thread.channelId, key: `work:${event.externalId}`, kind: 'work', lane, input },
    writes.now,
  )
  writes.ordered.add(thread.channelId)
}
