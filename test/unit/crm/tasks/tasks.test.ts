import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createContact } from '../../../../src/contacts/create-contact.ts'
import { createDeal } from '../../../../src/crm/create-deal.ts'
import { createPipeline } from '../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../src/crm/create-spot.ts'
import { deleteDeal } from '../../../../src/crm/delete-deal.ts'
import { createTask } from '../../../../src/crm/tasks/create-task.ts'
import { deleteTask } from '../../../../src/crm/tasks/delete-task.ts'
import { doneTask } from '../../../../src/crm/tasks/done-task.ts'
import { getTask } from '../../../../src/crm/tasks/get-task.ts'
import { taskView } from '../../../../src/crm/tasks/task.ts'
import { listTasks } from '../../../../src/crm/tasks/tasks.store.ts'
import { updateTask } from '../../../../src/crm/tasks/update-task.ts'
import type { Tx } from '../../../../src/platform/database/database.ts'
import type { AppError } from '../../../../src/platform/errors.ts'
import type { WorkContext } from '../../../../src/team/context.ts'
import { createOperator } from '../../../../src/team/create-operator.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { makeProject, recordedChanges } from '../../../project.ts'

let fresh: FreshDatabase
let context: WorkContext
let ivan: number
let anna: number
let boris: number
let dealOfAnna: number
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  context = await makeProject(fresh.db)
  const operator = { name: 'Ivan', email: 'Ivan@example.com', role: 'manager' as const, onShift: true }
  ivan = (await run(createOperator, operator)).id
  anna = (await run(createContact, { fields: { firstName: 'Anna' } })).id
  boris = (await run(createContact, { fields: { firstName: 'Boris' } })).id
  const { id: spotId } = await run(createSpot, { name: 'Moscow' })
  await run(createPipeline, { spotId, name: 'Sales' })
  dealOfAnna = (await run(createDeal, { contactId: anna, name: 'Car' })).id
})
afterAll(() => fresh.drop())

const run = <Input, Result>(verb: (tx: Tx, context: WorkContext, input: Input) => Promise<Result>, input: Input) =>
  fresh.db.transaction((tx) => verb(tx, context, input))
const taskChanges = async () => (await recordedChanges(fresh.db)).filter((change) => change.kind.startsWith('task.'))
const remindersOf = async (taskId: number) =>
  (
    await fresh.db.query<{ at: string }>(
      `select to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI"Z"') as at from task_reminders where task_id = $1 order by at`,
      [taskId],
    )
  ).map((row) => row.at)

describe('createTask', () => {
  it('takes the operator by e-mail in any case, and the contact from the deal', async () => {
    const task = await run(createTask, {
      name: ' Call ',
      responsibleEmail: 'ivan@EXAMPLE.com ',
      dealId: dealOfAnna,
      dueAt: '05.11.2026',
      dueTime: '10:00',
    })
    expect(taskView(task, context.now)).toMatchObject({
      name: 'Call',
      responsibleId: ivan,
      contactId: anna,
      dealId: dealOfAnna,
      dueAt: '2026-11-05T07:00:00.000Z',
      status: 'open',
      overdue: false,
      reminders: [0],
    })
    expect(await taskChanges()).toEqual([
      {
        kind: 'task.created',
        data: {
          taskId: task.id,
          name: 'Call',
          status: 'open',
          responsibleId: ivan,
          dueAt: '2026-11-05T07:00:00.000Z',
        },
      },
    ])
  })

  it('plans each reminder once, and leaves out those whose moment is over', async () => {
    const input = { name: 'x', dueAt: '2026-11-02T10:00:00Z', reminders: [0, 30, 30, 120] }
    const task = await run(createTask, input)
    expect(task.reminders).toEqual([120, 30, 0])
    expect(await remindersOf(task.id)).toEqual(['2026-11-02T09:30Z', '2026-11-02T10:00Z'])
    expect(await remindersOf((await run(createTask, { ...input, dueAt: '2026-11-01' })).id)).toEqual([])
    expect(await remindersOf((await run(createTask, { ...input, dueAt: null })).id)).toEqual([])
  })

  it.each<[string, object, object]>([
    ['an unknown e-mail', { responsibleEmail: 'who@example.com' }, { faults: [{ path: 'responsibleEmail' }] }],
    ['an unknown operator', { responsibleId: 99 }, { faults: [{ path: 'responsibleId' }] }],
    ['both', { responsibleId: 1, responsibleEmail: 'ivan@example.com' }, { faults: [{ path: 'responsibleEmail' }] }],
    ['an unknown contact', { contactId: 99 }, { code: 'not_found' }],
    ['an unknown deal', { dealId: 99 }, { code: 'not_found' }],
    ['an empty name', { name: ' ' }, { faults: [{ path: 'name' }] }],
    ['a reminder after it is due', { reminders: [-5] }, { faults: [{ path: 'reminders[0]' }] }],
    ['a day that does not exist', { dueAt: '31.02.2026' }, { faults: [{ path: 'dueAt' }] }],
  ])('refuses %s and makes nothing', async (_what, input, expected) => {
    const refusal = await run(createTask, { name: 'x', ...input }).catch((error: AppError) => error)
    expect(refusal).toMatchObject(expected)
    expect(await taskChanges()).toEqual([])
  })

  it("refuses another contact's deal", async () => {
    const refusal = run(createTask, { name: 'x', contactId: boris, dealId: dealOfAnna })
    await expect(refusal).rejects.toThrow(`the deal ${dealOfAnna} is of contact ${anna}`)
  })
})

describe('updateTask', () => {
  it('records before and after of what changed, and nothing when nothing did', async () => {
    const task = await run(createTask, { name: 'x', dueAt: '05.11.2026 10:00', contactId: anna })
    await run(updateTask, { taskId: task.id, name: 'y', dueTime: '11:00', responsibleEmail: 'ivan@example.com' })
    const again = await run(updateTask, { taskId: task.id, name: 'y', dueAt: '5.11.2026 11:00', reminders: [0] })
    expect(again.name).toBe('y')
    const changes = await taskChanges()
    expect(changes).toHaveLength(2)
    expect(changes[1]).toMatchObject({
      kind: 'task.updated',
      data: {
        taskId: task.id,
        fields: {
          name: ['x', 'y'],
          responsibleId: [null, ivan],
          dueAt: ['2026-11-05T07:00:00.000Z', '2026-11-05T08:00:00.000Z'],
        },
      },
    })
    expect(await remindersOf(task.id)).toEqual(['2026-11-05T08:00Z'])
  })

  it('leaves the deal behind when the task goes to another contact', async () => {
    const task = await run(createTask, { name: 'x', dealId: dealOfAnna })
    expect(await run(updateTask, { taskId: task.id, contactId: boris })).toMatchObject({
      contactId: boris,
      dealId: null,
    })
    expect(await run(updateTask, { taskId: task.id, dealId: dealOfAnna })).toMatchObject({ contactId: anna })
  })

  it('of another project is not found', async () => {
    const task = await run(createTask, { name: 'x' })
    const other = await makeProject(fresh.db)
    for (const verb of [updateTask, doneTask, deleteTask]) {
      const refusal = fresh.db.transaction(async (tx) => void (await verb(tx, other, { taskId: task.id })))
      await expect(refusal).rejects.toMatchObject({ code: 'not_found' })
    }
  })

  it('keeps both of two changes at the same time', async () => {
    const task = await run(createTask, { name: 'x' })
    await Promise.all([
      run(updateTask, { taskId: task.id, name: 'y' }),
      run(updateTask, { taskId: task.id, description: 'z' }),
    ])
    expect(await getTask(fresh.db, context.projectId, task.id)).toMatchObject({ name: 'y', description: 'z' })
  })
})

describe('the end of a task', () => {
  it('is recorded once, and takes the reminders along', async () => {
    const task = await run(createTask, { name: 'x', dueAt: '05.11.2026' })
    const done = await run(doneTask, { taskId: task.id })
    expect([done.status, done.closedAt]).toEqual(['done', context.now])
    await run(doneTask, { taskId: task.id })
    expect((await taskChanges()).map((change) => change.kind)).toEqual(['task.created', 'task.done'])
    expect(await remindersOf(task.id)).toEqual([])
  })

  it('is taken back with its reminders', async () => {
    const task = await run(createTask, { name: 'x', dueAt: '05.11.2026' })
    await run(updateTask, { taskId: task.id, status: 'cancelled' })
    const open = await run(updateTask, { taskId: task.id, status: 'open' })
    expect([open.status, open.closedAt]).toEqual(['open', null])
    expect(await remindersOf(task.id)).toHaveLength(1)
    expect((await taskChanges()).map(({ kind, data }) => [kind, (data.fields as object) ?? null])).toEqual([
      ['task.created', null],
      ['task.updated', { status: ['open', 'cancelled'] }],
      ['task.updated', { status: ['cancelled', 'open'] }],
    ])
  })

  it('by deletion keeps in the log how the task stood', async () => {
    const task = await run(createTask, { name: 'x', contactId: anna })
    await run(deleteTask, { taskId: task.id })
    expect((await taskChanges())[1]).toMatchObject({
      kind: 'task.deleted',
      data: { taskId: task.id, task: { name: 'x', contactId: anna } },
    })
    await expect(run(deleteTask, { taskId: task.id })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('does not come with the end of its deal', async () => {
    const task = await run(createTask, { name: 'x', dealId: dealOfAnna })
    await run(deleteDeal, { dealId: dealOfAnna })
    expect(await getTask(fresh.db, context.projectId, task.id)).toMatchObject({ contactId: anna, dealId: null })
  })
})

describe('lists', () => {
  const names = async (filter: Parameters<typeof listTasks>[3]) =>
    (await listTasks(fresh.db, context.projectId, context.now, filter)).items.map((task) => task.name)

  beforeEach(async () => {
    await run(createTask, { name: 'late', dueAt: '2026-11-01T09:00:00Z', responsibleId: ivan })
    await run(createTask, { name: 'far', dueAt: '2026-11-09T09:00:00Z', contactId: anna })
    await run(createTask, { name: 'some day', dealId: dealOfAnna })
    await run(createTask, { name: 'near', dueAt: '2026-11-03T09:00:00Z' })
    const { id } = await run(createTask, { name: 'done', dueAt: '2026-11-01T09:00:00Z' })
    await run(doneTask, { taskId: id })
  })

  it.each<[string, () => Parameters<typeof listTasks>[3], string[]]>([
    ['all, the newest first', () => ({}), ['done', 'near', 'some day', 'far', 'late']],
    ['by responsible', () => ({ responsibleId: ivan }), ['late']],
    ['by contact', () => ({ contactId: anna }), ['some day', 'far']],
    ['by deal', () => ({ dealId: dealOfAnna }), ['some day']],
    ['by status', () => ({ status: 'done' }), ['done']],
    ['what is overdue', () => ({ overdue: true }), ['late']],
    ['what is not', () => ({ overdue: false }), ['done', 'near', 'some day', 'far']],
    ['due from', () => ({ dueFrom: new Date('2026-11-03T09:00:00Z') }), ['near', 'far']],
    ['due before', () => ({ dueBefore: new Date('2026-11-03T09:00:00Z') }), ['done', 'late']],
    ['sorted by due', () => ({ sort: 'due' }), ['late', 'done', 'near', 'far', 'some day']],
  ])('show %s', async (_what, filter, expected) => {
    expect(await names(filter())).toEqual(expected)
  })

  it.each(['created', 'due'] as const)('sorted by %s are the same page by page', async (sort) => {
    const paged: string[] = []
    let cursor: string | undefined
    do {
      const page = await listTasks(fresh.db, context.projectId, context.now, { sort, limit: 1, cursor })
      paged.push(...page.items.map((task) => task.name))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(paged).toEqual(await names({ sort }))
  })

  it('refuse a cursor of another sort', async () => {
    const { nextCursor } = await listTasks(fresh.db, context.projectId, context.now, { limit: 1 })
    await expect(names({ sort: 'due', cursor: nextCursor! })).rejects.toMatchObject({ code: 'invalid' })
  })
})
