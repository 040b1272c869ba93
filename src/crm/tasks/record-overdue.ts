import type { Database } from '../../platform/database/database.ts'
import { recordWork } from '../../team/record-work.ts'
import { taskFacts, taskSubject } from './task.ts'
import { markOverdue } from './tasks.store.ts'

/** So many are worked on in one round; the rest in the next. */
const roundLimit = 200

/** Records of each task that is open behind its moment that it is overdue, once. Gives how many there were. */
export async function recordOverdue(db: Database, now: Date): Promise<number> {
  return db.transaction(async (tx) => {
    const overdue = await markOverdue(tx, now, roundLimit)
    for (const task of overdue) {
      const context = { projectId: task.projectId, now, by: { kind: 'system' as const } }
      await recordWork(tx, context, 'task.overdue', taskSubject(task), taskFacts(task))
    }
    return overdue.length
  })
}
