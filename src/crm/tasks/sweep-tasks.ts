import type { Database } from '../../platform/database/database.ts'
import { recordOverdue } from './record-overdue.ts'
import { remindOperators } from './remind-operators.ts'

/** Who is to be woken after what a sweep has done. */
export interface SweepEars {
  /** The log of changes grew. */
  onChanges(): void
  /** A message waits in a channel's queue. */
  onMessage(channelId: number): void
}

/** Does what has become due of tasks: reminds operators, and records what is overdue. Every process may sweep. */
export async function sweepTasks(db: Database, now: Date, ears: SweepEars): Promise<void> {
  const reminded = await remindOperators(db, now, ({ channelId }) => {
    if (channelId !== undefined) ears.onMessage(channelId)
  })
  const overdue = await recordOverdue(db, now)
  if (reminded + overdue > 0) ears.onChanges()
}
