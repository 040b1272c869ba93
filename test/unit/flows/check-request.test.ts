import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createSafeHttp } from '../../../src/platform/safe-http/safe-http.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { type TestGateway, testGateway } from '../../gateway.ts'

let fresh: FreshDatabase
let server: Server
let origin: string
let gateway: TestGateway
let contactId: number
let asked: { url: string; headers: Record<string, unknown> }[]

beforeAll(async () => {
  fresh = await freshDatabase()
  server = createServer((request, response) => {
    asked.push({ url: request.url!, headers: request.headers })
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ cars: [{ model: 'Vesta', price: 1500000 }], echo: request.headers['x-shop'] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(async () => {
  asked = []
  await fresh.clear()
  gateway = await testGateway(fresh.db, { safeHttp: createSafeHttp({ allowedPrivateHosts: [origin] }) })
  await gateway.call('PUT', '/variables/shop_key', { value: 'k3y-of-the-shop', secret: true })
  contactId = (await gateway.call('POST', '/contacts', { firstName: 'Anna Ivanova' })).body.id
})
afterAll(async () => {
  server.close()
  await fresh.drop()
})

const options = () => ({
  url: `http://${origin}/cars/{{ contact.first_name }}`,
  query: { budget: '{{ run.budget }}' },
  headers: { 'X-Shop': '{{ project.shop_key }}' },
  mapping: [
    { from: '$.cars[0].model', to: 'run.model' },
    { from: 'status', to: 'run.status' },
    { from: '$.cars[9].model', to: 'run.other', fallback: 'none for {{ contact.first_name }}' },
  ],
})

describe('the check of an external request', () => {
  it('performs it for a contact and tells what each mapping would yield', async () => {
    const { status, body } = await gateway.call('POST', '/flows/check-request', {
      contactId,
      variables: { budget: 2000000 },
      options: options(),
    })
    expect(status).toBe(200)
    expect(asked[0]).toMatchObject({
      url: '/cars/Anna%20Ivanova?budget=2000000',
      headers: { 'x-shop': 'k3y-of-the-shop' },
    })
    expect(body.response).toMatchObject({ status: 200, body: { cars: [{ model: 'Vesta' }] }, attempts: 1 })
    expect(body.mapping).toEqual([
      { from: '$.cars[0].model', to: 'run.model', found: true, value: 'Vesta' },
      { from: 'status', to: 'run.status', found: true, value: 200 },
      { from: '$.cars[9].model', to: 'run.other', found: false, value: 'none for Anna Ivanova' },
    ])
  })

  it('masks the values of secrets in the request and in the answer', async () => {
    const { body } = await gateway.call('POST', '/flows/check-request', { contactId, options: options() })
    expect(body.request.headers['x-shop']).toBe('•••')
    expect(JSON.stringify(body)).not.toContain('k3y-of-the-shop')
  })

  it('does not reach into the private network', async () => {
    const hosts = ['127.0.0.1', '169.254.169.254', '[::ffff:7f00:1]', '2130706433', 'localhost']
    for (const host of hosts) {
      const { body } = await gateway.call('POST', '/flows/check-request', { options: { url: `http://${host}:1/` } })
      expect(body.response, host).toBeNull()
      expect(body.error, host).toMatchObject({ code: 'refused_address' })
    }
  })

  it('names wrong options and an unknown contact', async () => {
    const wrong = await gateway.call('POST', '/flows/check-request', {
      options: { url: 'http://x/', mapping: [{ from: 'body', to: 'run.x' }] },
    })
    expect(wrong.status).toBe(400)
    expect(wrong.body.errors[0].path).toBe('options.mapping[0].from')
    expect((await gateway.call('POST', '/flows/check-request', { contactId: 999, options: options() })).status).toBe(
      404,
    )
  })
})
