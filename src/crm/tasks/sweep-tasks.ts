import { channelQueue } from '../../conversations/deliver/message-delivery.ts'
import type { Database } from '../../platform/database/database.ts'
import type { Log } from '../../platform/log.ts'
import { recordOverdue } from './record-overdue.ts'
import { remindOperators } from './remind-operators.ts'

/**
 * Does what has become due of tasks: reminds operators, and records what is overdue. Every process may sweep. `notify` tells
 * all processes that the log of changes grew, or that a message waits in a channel's queue.
 */
export async function sweepTasks(db: Database, now: Date, log: Log, notify: (topic: string) => void): Promise<void> {
  const reminded = await remindOperators(db, now, log, ({ channelId }) => {
    if (channelId !== undefined) notify(`queue:${channelQueue(channelId)}`)
  })
  const overdue = await recordOverdue(db, now)
  if (reminded + overdue > 0) notify('changes')
}
