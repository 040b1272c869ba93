import { createHmac } from 'node:crypto'
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

  it('take the query of a GET, and do nothing for a HEAD', async () => {
    const { url, id } = (await makePostback()).body
    const get = await gateway.app.request(`${new URL(url).pathname}?user[phone]=%2B79161234567&user[name]=Anna`)
    expect(get.status).toBe(201)
    const head = await gateway.app.request(`${new URL(url).pathname}?user[phone]=%2B79161234568`, { method: 'HEAD' })
    expect(head.status).toBe(200)
    expect((await gateway.call('GET', `/postbacks/${id}/calls`)).body.items).toHaveLength(1)
  })

  it('are set up from what they hear', async () => {
    const { body: made } = await gateway.call('POST', '/postbacks', { name: 'landing' })
    expect(made.mapping).toBeNull()
    const json = { 'content-type': 'application/json' }
    const heard = await send(made.url, '{"user":{"phone":"+79161234567"}}', json)
    expect(heard).toEqual({ status: 200, body: { listening: true } })
    const reader = await gateway.makeKey('read')
    const sample = await gateway.call('GET', `/postbacks/${made.id}/sample`, undefined, reader)
    expect(sample.body.values).toEqual([{ path: '$.user.phone', value: '+79161234567', suggested: 'phone' }])
    const tried = await gateway.call('POST', `/postbacks/${made.id}/preview`, { mapping })
    expect(tried).toMatchObject({ status: 200, body: { outcome: 'create', contactId: null } })
    expect((await gateway.call('POST', `/postbacks/${made.id}/preview`, { mapping }, reader)).status).toBe(403)
    await gateway.call('PATCH', `/postbacks/${made.id}`, { mapping })
    expect((await send(made.url, '{"user":{"phone":"+79161234567"}}', json)).status).toBe(201)
  })

  it('ask for their secret, and never show it', async () => {
    const auth = { type: 'header', header: 'X-Key', secret: 'a secret of the shop' }
    const { body: made } = await gateway.call('POST', '/postbacks', { name: 'landing', mapping, auth })
    expect(made.auth).toEqual({ type: 'header', header: 'x-key' })
    const body = '{"user":{"phone":"+79161234567"}}'
    expect(await send(made.url, body, {})).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
    expect((await send(made.url, body, { 'x-key': 'a secret of the shop' })).status).toBe(201)
  })

  it('know the address as the caller signed it, behind a proxy too', async () => {
    const { url, id } = (await makePostback()).body
    const auth = { type: 'hmac', header: 'x-signature', over: ['url', 'body'], secret: 'a secret of the shop' }
    await gateway.call('PATCH', `/postbacks/${id}`, { auth })
    const body = '{"phone":"+79161234567"}'
    const signature = createHmac('sha256', auth.secret).update(`${url}${body}`).digest('hex')
    expect((await send(url, body, { 'x-signature': signature })).status).toBe(201)
  })

  it('are declared with their secret, which an export leaves out and applying it again keeps', async () => {
    const auth = { type: 'hmac', header: 'x-signature', prefix: 'sha256=', secret: 'a secret of the shop' }
    const postbacks = [{ name: 'landing', mapping, auth }, { name: 'listener' }]
    const did = async (declaration: object) => {
      const { body } = await gateway.call('POST', '/apply', declaration)
      return body.applied.map((item: { did: string }) => item.did)
    }
    expect(await did({ postbacks })).toEqual(['created', 'created'])
    expect(await did({ postbacks })).toEqual(['unchanged', 'unchanged'])
    const exported = await gateway.call('GET', '/export')
    expect(JSON.stringify(exported.body)).not.toContain('a secret')
    expect(exported.body.postbacks).toMatchObject([{ auth: { type: 'hmac', prefix: 'sha256=' } }, { name: 'listener' }])
    expect(await did({ postbacks: exported.body.postbacks })).toEqual(['unchanged', 'unchanged'])
    const rotated = [{ ...postbacks[0], auth: { ...auth, secret: 'another secret' } }]
    expect(await did({ postbacks: rotated })).toEqual(['updated'])
    expect(await did({ postbacks: rotated })).toEqual(['unchanged'])
  })
})
