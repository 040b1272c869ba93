import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sweepTasks } from '../../../../src/crm/tasks/sweep-tasks.ts'
import { createLog } from '../../../../src/platform/log.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { type TestGateway, testGateway } from '../../../gateway.ts'

let fresh: FreshDatabase
let gateway: TestGateway
let operatorId: number
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  gateway = await testGateway(fresh.db)
  const operator = { name: 'Ivan', email: 'ivan@example.com', role: 'manager' }
  operatorId = (await gateway.call('POST', '/operators', operator)).body.id
})
afterAll(() => fresh.drop())

describe('tasks over the API', () => {
  it('are made, read, changed, listed and removed', async () => {
    const made = await gateway.call('POST', '/tasks', {
      name: 'Call Anna',
      responsibleEmail: 'ivan@example.com',
      dueAt: '2026-11-05T10:00:00+03:00',
      reminders: [60, 0],
    })
    expect(made).toMatchObject({
      status: 201,
      body: { responsibleId: operatorId, dueAt: '2026-11-05T07:00:00.000Z', status: 'open', overdue: false },
    })
    const path = `/tasks/${made.body.id}`
    expect((await gateway.call('PATCH', path, { status: 'done' })).body).toMatchObject({ status: 'done' })
    expect((await gateway.call('GET', path)).body).toMatchObject({ name: 'Call Anna', status: 'done' })
    const query = `responsibleId=${operatorId}&status=done&dueFrom=2026-11-05T00:00:00Z&dueBefore=2026-11-06T00:00:00%2B03:00`
    expect((await gateway.call('GET', `/tasks?${query}&sort=due`)).body.items).toHaveLength(1)
    expect((await gateway.call('GET', '/tasks?overdue=true')).body.items).toEqual([])
    expect((await gateway.call('DELETE', path)).status).toBe(204)
    expect((await gateway.call('GET', path)).status).toBe(404)
  })

  it('name the field that is wrong', async () => {
    const refused = await gateway.call('POST', '/tasks', { name: 'x', dueAt: 'soon' })
    expect(refused).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'dueAt', message: expect.stringContaining('expected one such as') }] },
    })
    expect(await gateway.call('GET', '/tasks?dueFrom=tomorrow')).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'dueFrom' }] },
    })
  })

  it('are not changed by a key that may only read', async () => {
    const key = await gateway.makeKey('read')
    expect((await gateway.call('POST', '/tasks', { name: 'x' }, key)).status).toBe(403)
    expect((await gateway.call('GET', '/tasks', undefined, key)).status).toBe(200)
  })
})

describe('notices over the API', () => {
  it('are listed until they are read, and afterwards', async () => {
    await gateway.call('POST', '/tasks', { name: 'x', responsibleId: operatorId, dueAt: '2026-11-02T10:00:00Z' })
    await sweepTasks(fresh.db, new Date('2026-11-02T10:00:00Z'), createLog('silent'), () => {})
    const unread = await gateway.call('GET', `/operators/${operatorId}/notices?unread=true`)
    expect(unread.body.items).toMatchObject([{ kind: 'task.reminder', text: '⏰ 02.11.2026 13:00 x', readAt: null }])
    const path = `/notices/${unread.body.items[0].id}/read`
    const first = await gateway.call('POST', path)
    expect(first.body.readAt).toBe(gateway.clock.now().toISOString())
    gateway.clock.advance(1000)
    expect((await gateway.call('POST', path)).body).toEqual(first.body)
    expect((await gateway.call('GET', `/operators/${operatorId}/notices?unread=true`)).body.items).toEqual([])
    expect((await gateway.call('GET', `/operators/${operatorId}/notices?unread=false`)).body.items).toHaveLength(1)
    expect((await gateway.call('GET', '/operators/99/notices')).status).toBe(404)
    expect((await gateway.call('POST', '/notices/99/read')).status).toBe(404)
  })
})

describe('the contact of an operator', () => {
  it('is set, changed and taken away', async () => {
    const contactId = (await gateway.call('POST', '/contacts', { firstName: 'Ivan' })).body.id
    const path = `/operators/${operatorId}/contact`
    expect((await gateway.call('PUT', path, { contactId })).body).toEqual({ operatorId, contactId })
    expect((await gateway.call('PUT', path, { contactId: 99 })).status).toBe(404)
    expect((await gateway.call('PUT', path, { contactId: null })).body).toEqual({ operatorId, contactId: null })
  })
})
