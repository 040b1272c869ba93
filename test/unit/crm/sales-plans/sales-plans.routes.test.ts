import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { type TestGateway, testGateway } from '../../../gateway.ts'

let fresh: FreshDatabase
let gateway: TestGateway
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  gateway = await testGateway(fresh.db)
})
afterAll(() => fresh.drop())

it('sales plans are made, filled, read with their progress, and removed', async () => {
  const contactId = (await gateway.call('POST', '/contacts', { firstName: 'Anna' })).body.id
  const made = await gateway.call('POST', '/sales-plans', { name: 'November', target: 2 })
  expect(made).toMatchObject({ status: 201, body: { name: 'November', measure: 'contacts', target: 2 } })
  const path = `/sales-plans/${made.body.id}`
  const added = await gateway.call('PUT', `${path}/contacts/${contactId}`, {})
  expect(added).toMatchObject({ status: 200, body: { planId: made.body.id, contactId, dealId: null } })
  gateway.clock.advance(1000)
  expect((await gateway.call('PUT', `${path}/contacts/${contactId}`, {})).body).toEqual(added.body)
  expect((await gateway.call('GET', path)).body).toMatchObject({ progress: { contacts: 1, value: 1, percent: 50 } })
  expect((await gateway.call('GET', `${path}/contacts`)).body.items).toMatchObject([{ contact: { id: contactId } }])
  expect((await gateway.call('GET', `/sales-plans?contactId=${contactId}`)).body.items).toHaveLength(1)
  expect((await gateway.call('PATCH', path, { target: 1 })).body).toMatchObject({ target: 1, name: 'November' })
  expect((await gateway.call('DELETE', `${path}/contacts/${contactId}`)).status).toBe(204)
  expect((await gateway.call('GET', `${path}/contacts`)).body.items).toEqual([])
  expect((await gateway.call('DELETE', path)).status).toBe(204)
  expect((await gateway.call('GET', path)).status).toBe(404)
})

it('a key that may write fills plans, and leaves their making to an admin', async () => {
  const { body } = await gateway.call('POST', '/sales-plans', { name: 'November', target: 2 })
  const contactId = (await gateway.call('POST', '/contacts', { firstName: 'Anna' })).body.id
  const key = await gateway.makeKey('write')
  expect((await gateway.call('POST', '/sales-plans', { name: 'x', target: 2 }, key)).status).toBe(403)
  expect((await gateway.call('PUT', `/sales-plans/${body.id}/contacts/${contactId}`, {}, key)).status).toBe(200)
})
