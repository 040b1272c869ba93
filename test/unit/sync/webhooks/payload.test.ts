import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { updateContact } from '../../../../src/contacts/update-contact.ts'
import { createDeal } from '../../../../src/crm/create-deal.ts'
import { deleteDeal } from '../../../../src/crm/delete-deal.ts'
import { createTask } from '../../../../src/crm/tasks/create-task.ts'
import { deleteTask } from '../../../../src/crm/tasks/delete-task.ts'
import { updateDeal } from '../../../../src/crm/update-deal.ts'
import { readChange, recordChange } from '../../../../src/platform/changes.ts'
import { createLog } from '../../../../src/platform/log.ts'
import type { ChangePayload } from '../../../../src/sync/webhooks/change-payload.ts'
import { createWebhook } from '../../../../src/sync/webhooks/create-webhook.ts'
import { deliverChanges } from '../../../../src/sync/webhooks/deliver-changes.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { makeProject } from '../../../project.ts'
import { openStage, type Stage, vault } from './stage.ts'

let fresh: FreshDatabase
let stage: Stage
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  stage = await openStage(fresh)
})
afterEach(() => stage.receiver.close())
afterAll(() => fresh.drop())

describe('a payload', () => {
  it('holds the whole deal with its contact, and who changed what', async () => {
    const { contactId, context } = stage
    await stage.subscribe()
    const deal = await stage.run(createDeal, { contactId, name: 'Lada', budget: 100, currency: 'EUR' })
    await stage.deliver()
    await stage.run(updateDeal, { dealId: deal.id, budget: 200 })
    const payload = (await stage.payloads()).at(-1)!
    expect(payload).toMatchObject({
      id: expect.stringMatching(/^chg_\d+$/),
      type: 'deal.updated',
      version: 1,
      at: context.now.toISOString(),
      ordering: { key: `deal:${deal.id}`, sequence: Number(payload.id.slice(4)) },
      project: { id: context.projectId, name: 'Dealership' },
      data: {
        contact: { id: contactId, firstName: 'Anna', identities: [{ kind: 'phone', value: '+79161234567' }] },
        deal: { id: deal.id, number: 1, budget: 200, version: 2, stage: { name: 'New' }, pipeline: { name: 'Sales' } },
        conversation: null,
        change: { fields: { budget: [100, 200] }, by: context.by },
      },
    })
    expect(payload.truncated).toBeUndefined()
  })

  it('of a change about a task holds the task, until it is deleted', async () => {
    const { contactId } = stage
    await stage.subscribe({ kinds: ['task.*'] })
    const task = await stage.run(createTask, { name: 'Call', contactId, dueAt: '2030-01-01T09:00:00Z' })
    const [made] = await stage.payloads()
    expect(made!.data).toMatchObject({
      task: { id: task.id, name: 'Call', status: 'open', dueAt: '2030-01-01T09:00:00.000Z' },
      contact: { id: contactId },
      change: { taskId: task.id },
    })
    await stage.run(deleteTask, { taskId: task.id })
    const deleted = (await stage.payloads()).find(({ type }) => type === 'task.deleted')
    expect(deleted!.data).not.toHaveProperty('task')
    expect(deleted!.data.change).toMatchObject({ task: { name: 'Call' } })
  })

  it('of a deleted deal tells how the deal stood', async () => {
    const { contactId } = stage
    await stage.subscribe({ kinds: ['deal.deleted'] })
    const deal = await stage.run(createDeal, { contactId, name: 'Car' })
    await stage.run(deleteDeal, { dealId: deal.id })
    const [payload] = await stage.payloads()
    expect(payload!.data).toMatchObject({
      deal: null,
      contact: { id: contactId },
      change: { deal: { id: deal.id, name: 'Car', stage: { name: 'New' } } },
    })
  })

  it('shows nothing of another project, whatever numbers a change names', async () => {
    const { contactId } = stage
    const deal = await stage.run(createDeal, { contactId, name: 'Secret' })
    const { id: taskId } = await stage.run(createTask, { name: 'Secret', contactId })
    const other = await makeProject(fresh.db)
    await fresh.db.query('truncate changes')
    await fresh.db.transaction(async (tx) => {
      await createWebhook(tx, other, { name: 'theirs', url: stage.receiver.url, kinds: ['*'] }, vault)
      const operatorId = stage.context.by.kind === 'operator' ? stage.context.by.id : 0
      const data = { taskId, responsibleId: operatorId }
      const { projectId, now: at } = other
      await recordChange(tx, { projectId, kind: 'task.created', contactId, dealId: deal.id, data, at })
    })
    const [payload] = await stage.payloads()
    expect(payload!.data).toEqual({ contact: null, deal: null, conversation: null, change: expect.anything() })
    expect(JSON.stringify(payload)).not.toContain('Secret')
  })

  it('is kept below 20 kB by shortening texts, and leaving values out at last', async () => {
    const { contactId } = stage
    await stage.subscribe()
    await stage.run(createDeal, { contactId, name: 'Lada', description: 'ж'.repeat(20_000) })
    await stage.run(createDeal, {
      contactId,
      name: 'Niva',
      variables: Object.fromEntries(
        Array.from({ length: 900 }, (_, index) => [`v${index}`, 'a value of some length, repeated']),
      ),
    })
    const [long, wide] = await stage.payloads()
    for (const payload of [long!, wide!]) {
      expect(Buffer.byteLength(JSON.stringify(payload))).toBeLessThan(20_000)
      expect(payload.truncated).toBe(true)
      expect(payload.data.contact!.firstName).toBe('Anna')
    }
    expect(long!.data.deal!.description).toMatch(/^ж+…$/)
    expect(wide!.data.deal).toMatchObject({ name: 'Niva', variables: {} })
  })

  it('is never cut within a character, which no database would keep', async () => {
    const { contactId } = stage
    await stage.subscribe()
    for (const start of ['', '.'])
      await stage.run(createDeal, { contactId, name: 'Lada', description: start + '😀'.repeat(9_000) })
    const payloads = await stage.payloads()
    expect(payloads.map(({ data }) => data.deal?.description)).toEqual([
      `${'😀'.repeat(1000)}…`,
      `.${'😀'.repeat(999)}…`,
    ])
  })

  it('lines up with others of its deal or contact', async () => {
    const { contactId } = stage
    const { webhook } = await stage.subscribe()
    const deal = await stage.run(createDeal, { contactId, name: 'Lada' })
    await stage.run(updateContact, { contactId, fields: { lastName: 'Ek' } })
    await stage.run(updateDeal, { dealId: deal.id, name: 'Niva' })
    const deliveries = await stage.deliver()
    expect(deliveries.map(({ lane }) => lane)).toEqual([
      `webhook:${webhook.id}:deal:${deal.id}`,
      `webhook:${webhook.id}:contact:${contactId}`,
      `webhook:${webhook.id}:deal:${deal.id}`,
    ])
    const orders = deliveries.map(({ payload }) => (payload as ChangePayload).ordering!)
    expect(orders.map(({ key }) => key)).toEqual([`deal:${deal.id}`, `contact:${contactId}`, `deal:${deal.id}`])
    expect(orders[2]!.sequence).toBeGreaterThan(orders[0]!.sequence)
  })

  it('waits behind the older ones of its deal, though the transaction that made it began before theirs', async () => {
    const { contactId } = stage
    await stage.subscribe({ kinds: ['deal.updated'] })
    const deal = await stage.run(createDeal, { contactId, name: 'Lada' })
    for (const budget of [1, 2]) await stage.run(updateDeal, { dealId: deal.id, budget })
    const rows = await fresh.db.query<{ id: number }>(
      `select id from changes where kind = 'deal.updated' order by id desc`,
    )
    const { projectId } = stage.context
    const asInLog = await Promise.all(rows.map(({ id }) => readChange(fresh.db, projectId, id)))
    await fresh.db.transaction((tx) =>
      deliverChanges(
        tx,
        asInLog.map((change) => change!),
        stage.clock.now(),
        createLog('silent'),
      ),
    )
    const sequences = (await stage.waiting()).map(({ payload }) => (payload as ChangePayload).ordering!.sequence)
    expect(sequences).toEqual(rows.map(({ id }) => id).reverse())
  })
})
