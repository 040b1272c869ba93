import type { Tx } from '../../platform/database/database.ts'
import { ensureThreads } from '../events.store.ts'
import { lockThreads, readLockedThreads } from './locked-threads.store.ts'
import type { ThreadQueue } from './thread-queue.ts'

/**
 * A thread under its lock, made where there was none, for whoever opens a conversation in it: its first messages may be on their way
 * through another process, which would open a second one.
 */
export async function holdThread(
  tx: Tx,
  thread: { projectId: number; channelId: number; externalId: string },
): Promise<ThreadQueue> {
  const key = { project_id: thread.projectId, channel_id: thread.channelId, external_id: thread.externalId }
  const ids = (await ensureThreads(tx, [key])).map(({ id }) => id)
  await lockThreads(tx, ids)
  const { threads } = await readLockedThreads(
    tx,
    ids,
    { events: [], people: [], speakers: [] },
    { events: 0, numberBlocks: 0 },
  )
  return threads[0]!
}
