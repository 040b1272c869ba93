import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTask } from '../../../src/crm/tasks/create-task.ts'
import { doneTask } from '../../../src/crm/tasks/done-task.ts'
import { linkOperator } from '../../../src/crm/tasks/link-operator.ts'
import { sweepTasks } from '../../../src/crm/tasks/sweep-tasks.ts'
import type { Database } from '../../../src/platform/database/database.ts'
import { openPostgres } from '../../../src/platform/database/postgres.ts'
import { createLog } from '../../../src/platform/log.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { type Desk, noon, openDesk } from '../../unit/crm/distribution/desk.ts'

let fresh: FreshDatabase
let other: Database
let desk: Desk
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  other = openPostgres(fresh.url!)
  desk = await openDesk(fresh.db)
})
afterEach(() => other.close())
afterAll(() => fresh.drop())

const sweep = (db: Database) => sweepTasks(db, noon, createLog('silent'), () => {})
const count = async (table: string, where = 'true') =>
  (await fresh.db.query<{ count: number }>(`select count(*)::int as count from ${table} where ${where}`))[0]!.count

async function makeTasks(amount: number): Promise<number[]> {
  const { contactId } = await desk.conversation()
  const { id: operatorId } = await desk.operator('Ivan')
  await desk.run(linkOperator, { operatorId, contactId })
  const made = []
  for (let index = 0; index < amount; index++) {
    const input = { name: `Task ${index}`, responsibleId: operatorId, dueAt: noon.toISOString() }
    made.push((await desk.run(createTask, input)).id)
  }
  return made
}

describe('two processes that look after tasks at the same time', () => {
  it('remind of each task once, by notice and message, and record once that it is overdue', async () => {
    await makeTasks(40)
    await Promise.all([fresh.db, other, fresh.db, other].map(sweep))
    expect([await count('operator_notices'), await count('messages'), await count('deliveries')]).toEqual([40, 40, 40])
    expect(await count('changes', `kind = 'task.overdue'`)).toBe(40)
    expect(await count('task_reminders')).toBe(0)
  })

  it('remind of no task that was done before, and come to no standstill with those who end tasks', async () => {
    const ids = await makeTasks(40)
    await Promise.all([
      ...[fresh.db, other].map(sweep),
      ...ids.map((taskId) => other.transaction((tx) => doneTask(tx, desk.work, { taskId }))),
    ])
    await sweep(fresh.db)
    expect(await count('tasks', `status = 'done'`)).toBe(40)
    expect(await count('task_reminders')).toBe(0)
    // Whoever came first won: a task was reminded of at most once, and each notice brought its message.
    expect(await count('messages')).toBe(await count('operator_notices'))
    expect(await count('(select task_id from operator_notices group by task_id having count(*) > 1) as twice')).toBe(0)
  })
})
