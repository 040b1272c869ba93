import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
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

const mapping = {
  fields: [
    { from: '$.user.phone', to: 'phone' },
    { from: '$.user.name', to: 'first_name' },
    { from: '$.phone', to: 'phone' },
  ],
  findBy: ['phone'],
}
const makePostback = () => gateway.call('POST', '/postbacks', { name: 'landing', mapping })

describe('postbacks', () => {
  const send = async (url: string, body: string, headers: Record<string, string>) => {
    const response = await gateway.app.request(new URL(url).pathname, { method: 'POST', headers, body })
    return { status: response.status, body: JSON.parse(await response.text()) }
  }

  it('are made with an address, which only admins see', async () => {
    const made = await makePostback()
    expect(made.status).toBe(201)
    expect(made.body.url).toMatch(/^https:\/\/bot\.example\.com\/postbacks\/pb_/)
    const reader = await gateway.makeKey('read')
    expect((await gateway.call('GET', `/postbacks/${made.body.id}`, undefined, reader)).body.url).toBeNull()
    const changed = await gateway.call('PATCH', `/postbacks/${made.body.id}`, { name: 'Landing page' })
    expect(changed.body).toMatchObject({ name: 'Landing page', url: made.body.url })
  })

  it('add a contact from JSON and update it from a form, without a key', async () => {
    const { url, id } = (await makePostback()).body
    const json = { 'content-type': 'application/json', 'idempotency-key': 'a-1' }
    const first = await send(url, '{"user":{"phone":"+79161234567","name":"Anna"}}', json)
    expect(first).toMatchObject({ status: 201, body: { created: true } })
    expect(await send(url, '{"user":{"phone":"+79161234567","name":"Anna"}}', json)).toMatchObject({ body: first.body })
    const form = await send(url, 'phone=%2B79161234567', { 'content-type': 'application/x-www-form-urlencoded' })
    expect(form).toEqual({ status: 200, body: { contactId: first.body.contactId, created: false } })
    const { body } = await gateway.call('GET', `/postbacks/${id}/calls`)
    expect(body.items.map((call: { status: number }) => call.status)).toEqual([200, 201])
  })

  it('answer a wrong token, a wrong body and one that is too large', async () => {
    const { url } = (await makePostback()).body
    const json = { 'content-type': 'application/json' }
    expect((await send('https://x/postbacks/pb_wrong', '{}', json)).status).toBe(404)
    expect((await send(url, '{', json)).body.detail).toContain('neither as JSON nor as a form')
    expect((await send(url, '"text"', json)).status).toBe(400)
    expect((await send(url, JSON.stringify({ x: 'x'.repeat(300_000) }), json)).status).toBe(413)
  })
})
