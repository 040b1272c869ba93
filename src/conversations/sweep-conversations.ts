import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import { advanceStatus } from './messages.store.ts'
import { takeEarlyStatuses } from './receive/early-statuses.store.ts'
import { dueReturns } from './receive/take-over.store.ts'
import { setMode } from './set-mode.ts'

/** So many conversations are given back in one round; the rest in the next. */
const roundLimit = 200
/** They came together: a failure tells what became of what was sent, and not the other way round. */
const usualOrder = ['sent', 'delivered', 'read', 'failed']

/**
 * Gives back to the bot what was taken over for a time that is over, and notes statuses that came before our own note of the
 * sending. Gives the threads to be woken.
 */
export async function sweepConversations(db: Database, clock: Clock): Promise<number[]> {
  const now = clock.now()
  await db.transaction(async (tx) => {
    const taken = await takeEarlyStatuses(tx, now)
    const inOrder = taken.toSorted((one, other) => usualOrder.indexOf(one.status) - usualOrder.indexOf(other.status))
    for (const early of inOrder) {
      await advanceStatus(tx, early.conversationId, early.externalId, early.status, early.error)
    }
  })
  const threads: number[] = []
  for (const { id, projectId, channelId } of await dueReturns(db, now, roundLimit)) {
    const by = { kind: 'channel' as const, id: channelId }
    const { threadIds } = await db.transaction((tx) =>
      setMode(tx, { projectId, now, by }, { conversationId: id, mode: 'bot' }),
    )
    threads.push(...threadIds)
  }
  return threads
}
