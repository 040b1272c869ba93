import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createContact } from '../../../../src/contacts/create-contact.ts'
import { createTask } from '../../../../src/crm/tasks/create-task.ts'
import { doneTask } from '../../../../src/crm/tasks/done-task.ts'
import { linkOperator } from '../../../../src/crm/tasks/link-operator.ts'
import { sweepTasks } from '../../../../src/crm/tasks/sweep-tasks.ts'
import { updateTask } from '../../../../src/crm/tasks/update-task.ts'
import { createLog } from '../../../../src/platform/log.ts'
import { deleteOperator } from '../../../../src/team/delete-operator.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { recordedChanges } from '../../../project.ts'
import { type Desk, noon, openDesk } from '../distribution/desk.ts'

let fresh: FreshDatabase
let desk: Desk
let ivan: number
let told: string[]
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  desk = await openDesk(fresh.db)
  ivan = (await desk.operator('Ivan')).id
  told = []
})
afterAll(() => fresh.drop())

const minutes = (count: number) => new Date(noon.getTime() + count * 60_000)
const sweepAt = (count: number) =>
  sweepTasks(fresh.db, minutes(count), createLog('silent'), (topic) => told.push(topic))
const notices = () =>
  fresh.db.query<{ text: string; message_id: number | null }>(
    'select text, message_id from operator_notices order by id',
  )
const changesOf = async (kind: string) => (await recordedChanges(fresh.db)).filter((change) => change.kind === kind)
const task = (fields: Partial<Parameters<typeof createTask>[2]> = {}) =>
  desk.run(createTask, { name: 'Call', responsibleId: ivan, dueAt: minutes(60).toISOString(), ...fields })

describe('reminders', () => {
  it('come at their minutes before the task is due, each once', async () => {
    await task({ reminders: [0, 30] })
    await sweepAt(29)
    expect(await notices()).toEqual([])
    await sweepAt(30)
    await sweepAt(30)
    expect(await notices()).toHaveLength(1)
    await sweepAt(60)
    await sweepAt(90)
    expect((await notices()).map((notice) => notice.text)).toEqual([
      '⏰ 02.11.2026 13:00 Call',
      '⏰ 02.11.2026 13:00 Call',
    ])
    expect(await changesOf('operator.notified')).toMatchObject([
      { data: { operatorId: ivan, kind: 'task.reminder', text: '⏰ 02.11.2026 13:00 Call' } },
      { data: { operatorId: ivan } },
    ])
    expect(told).toEqual(['changes', 'changes'])
  })

  it('say whom and what the task is about', async () => {
    const contactId = (
      await desk.run(createContact, { fields: { firstName: 'Anna', lastName: 'Petrova', phone: '+79161234567' } })
    ).id
    await task({ contactId, description: 'About the\ncar' })
    await sweepAt(60)
    expect((await notices())[0]!.text).toBe('⏰ 02.11.2026 13:00 Call\n👤 Anna Petrova, +79161234567\nAbout the\ncar')
  })

  it('come, although another one cannot be given', async () => {
    await fresh.db.query(
      `create function refuse_notice() returns trigger as $$ begin raise exception 'cursed'; end $$ language plpgsql`,
    )
    await fresh.db.query(
      `create trigger refuse before insert on operator_notices for each row when (new.text like '%Cursed%') execute function refuse_notice()`,
    )
    try {
      await task({ name: 'Cursed', reminders: [30] })
      await task({ reminders: [30] })
      await sweepAt(30)
      expect(await notices()).toMatchObject([{ text: '⏰ 02.11.2026 13:00 Call' }])
    } finally {
      await fresh.db.query('drop function refuse_notice cascade')
    }
    await sweepAt(30)
    expect(await notices()).toHaveLength(2)
  })

  it('come late, but come, when nobody looked at their moment', async () => {
    await task({ reminders: [30] })
    await sweepAt(5000)
    expect(await notices()).toHaveLength(1)
  })

  it('come at the new moment when the task was put off', async () => {
    const { id: taskId } = await task()
    await desk.run(updateTask, { taskId, dueAt: minutes(120).toISOString() })
    await sweepAt(60)
    expect(await notices()).toEqual([])
    await sweepAt(120)
    expect(await notices()).toHaveLength(1)
  })

  it.each([
    ['was done', (taskId: number) => desk.run(doneTask, { taskId })],
    ['was cancelled', (taskId: number) => desk.run(updateTask, { taskId, status: 'cancelled' as const })],
    ['is nobody’s', (taskId: number) => desk.run(updateTask, { taskId, responsibleId: null })],
    ['is of an operator who left', () => desk.run(deleteOperator, ivan)],
  ])('do not come when the task %s', async (_what, change) => {
    await change((await task()).id)
    await sweepAt(60)
    expect(await notices()).toEqual([])
    expect(await fresh.db.query('select id from task_reminders')).toEqual([])
  })

  it('go to whoever is responsible by then', async () => {
    const { id: taskId } = await task()
    const olga = await desk.operator('Olga')
    await desk.run(updateTask, { taskId, responsibleEmail: 'OLGA@shop.example' })
    await sweepAt(60)
    expect(await fresh.db.query('select operator_id from operator_notices')).toEqual([{ operator_id: olga.id }])
  })
})

describe('a reminder of an operator who is linked to a contact', () => {
  it('is a message in the conversation of that contact too', async () => {
    const { contactId, conversationId } = await desk.conversation()
    await desk.run(linkOperator, { operatorId: ivan, contactId })
    await task()
    await sweepAt(60)
    const [message] = await fresh.db.query<{ id: number }>(
      `select id, conversation_id, direction, text, status from messages`,
    )
    expect(message).toMatchObject({
      conversation_id: conversationId,
      direction: 'outbound',
      text: '⏰ 02.11.2026 13:00 Call',
      status: 'pending',
    })
    expect(await notices()).toMatchObject([{ message_id: message!.id }])
    expect(await fresh.db.query('select queue, status from deliveries')).toEqual([
      { queue: `channel:${desk.channelId}`, status: 'pending' },
    ])
    expect(told).toEqual([`queue:channel:${desk.channelId}`, 'changes'])
  })

  it('is a notice alone while the contact cannot be written to', async () => {
    const { contactId, conversationId } = await desk.conversation()
    await fresh.db.query(`update conversations set unreachable = 'blocked' where id = $1`, [conversationId])
    await desk.run(linkOperator, { operatorId: ivan, contactId })
    await task()
    await sweepAt(60)
    expect(await notices()).toMatchObject([{ message_id: null }])
    expect(await fresh.db.query('select id from messages')).toEqual([])
  })

  it('leaves nothing behind when it fails half way, and comes whole at the next look', async () => {
    const { contactId } = await desk.conversation()
    await desk.run(linkOperator, { operatorId: ivan, contactId })
    await task()
    await fresh.db.query(`create function refuse() returns trigger language plpgsql as $$ begin raise 'full'; end $$`)
    await fresh.db.query('create trigger refuse before insert on deliveries for each row execute function refuse()')
    await sweepAt(60)
    await fresh.db.query('drop function refuse cascade')
    expect(await notices()).toEqual([])
    expect(await changesOf('operator.notified')).toEqual([])
    await sweepAt(60)
    expect(await notices()).toHaveLength(1)
    expect(await fresh.db.query('select id from messages')).toHaveLength(1)
  })
})

describe('overdue tasks', () => {
  it('are recorded once', async () => {
    const { id: taskId } = await task()
    await sweepAt(59)
    expect(await changesOf('task.overdue')).toEqual([])
    await sweepAt(60)
    await sweepAt(61)
    expect(await changesOf('task.overdue')).toMatchObject([{ data: { taskId, name: 'Call', responsibleId: ivan } }])
  })

  it('are recorded again after they were put off, or opened again', async () => {
    const { id: taskId } = await task()
    await sweepAt(60)
    await desk.run(updateTask, { taskId, dueAt: minutes(90).toISOString() })
    await sweepAt(80)
    expect(await changesOf('task.overdue')).toHaveLength(1)
    await sweepAt(90)
    expect(await changesOf('task.overdue')).toHaveLength(2)
    await desk.run(doneTask, { taskId })
    await sweepAt(100)
    await desk.run(updateTask, { taskId, status: 'open' })
    await sweepAt(100)
    expect(await changesOf('task.overdue')).toHaveLength(3)
  })

  it('are not those that are done, or have no moment', async () => {
    await desk.run(doneTask, { taskId: (await task()).id })
    await task({ dueAt: null })
    await sweepAt(5000)
    expect(await changesOf('task.overdue')).toEqual([])
  })
})
