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

const makeWebhook = () =>
  gateway.call('POST', '/webhooks', { name: 'crm', url: 'https://crm.example.com/in', kinds: ['deal.*'] })

describe('webhooks over the API', () => {
  it('tell their secret when they are made and when it is rotated, and never else', async () => {
    const made = await makeWebhook()
    expect(made).toMatchObject({ status: 201, body: { liveSecrets: 1, enabled: true } })
    expect(made.body.secret).toMatch(/^whsec_/)
    const rotated = await gateway.call('POST', `/webhooks/${made.body.id}/rotate`)
    expect(rotated.body.liveSecrets).toBe(2)
    expect(rotated.body.secret).not.toBe(made.body.secret)
    const { body } = await gateway.call('GET', `/webhooks/${made.body.id}`)
    expect(body).not.toHaveProperty('secret')
    expect(body).not.toHaveProperty('secrets')
    const ended = await gateway.call('POST', `/webhooks/${made.body.id}/rotate/end`)
    expect(ended).toMatchObject({ status: 200, body: { liveSecrets: 1 } })
    expect((await gateway.call('POST', `/webhooks/${made.body.id}/rotate/end`)).status).toBe(409)
  })

  it('are changed, listed and removed', async () => {
    const { body } = await makeWebhook()
    const changed = await gateway.call('PATCH', `/webhooks/${body.id}`, { kinds: ['*'], enabled: false })
    expect(changed.body).toMatchObject({ kinds: ['*'], enabled: false })
    expect((await gateway.call('GET', '/webhooks')).body.items).toEqual([changed.body])
    expect((await gateway.call('DELETE', `/webhooks/${body.id}`)).status).toBe(204)
    expect((await gateway.call('GET', `/webhooks/${body.id}`)).status).toBe(404)
  })

  it('name a wrong address and a wrong kind', async () => {
    const { body } = await gateway.call('POST', '/webhooks', { name: 'crm', url: 'ftp://x', kinds: ['deal'] })
    expect(body.errors.map((fault: { path: string }) => fault.path)).toEqual(['url', 'kinds[0]'])
  })

  it('name a wrong filter, template and header, show no secret header, and preview what they send', async () => {
    const wanted = {
      name: 'crm',
      url: 'https://crm.example.com/in',
      kinds: ['contact.*'],
      filter: { match: 'any', rules: [{ field: 'contact.labels', operator: 'contains', value: 'vip' }] },
      method: 'PUT',
      headers: { 'X-Source': 'parley' },
      secretHeaders: { Authorization: 'Bearer abcdefgh' },
      template: { name: '{{ contact.name }}' },
    }
    const wrong = await gateway.call('POST', '/webhooks', {
      ...wanted,
      filter: { rules: [{ field: 'contact.vip', operator: 'is_set' }] },
      template: { name: '{{ contact.nam }}' },
    })
    expect(wrong.status).toBe(400)
    expect(wrong.body.errors.map((fault: { path: string }) => fault.path)).toEqual([
      'filter.rules[0].field',
      'template.name',
    ])
    const { body: made } = await gateway.call('POST', '/webhooks', wanted)
    expect(made).toMatchObject({ ...wanted, secretHeaders: ['Authorization'] })
    const { body: contact } = await gateway.call('POST', '/contacts', { firstName: 'Anna', labels: ['vip'] })
    const preview = await gateway.call('POST', `/webhooks/${made.id}/preview`, { contactId: contact.id })
    expect(preview.body).toMatchObject({
      kind: 'contact.created',
      request: {
        method: 'PUT',
        headers: { authorization: '•••', 'x-source': 'parley' },
        body: `{"name":"${contact.name}"}`,
      },
      error: null,
    })
    const changed = await gateway.call('PATCH', `/webhooks/${made.id}`, { template: null, filter: null })
    expect(changed.body).toMatchObject({ template: null, filter: null, secretHeaders: ['Authorization'] })
  })

  it('are tested by a delivery that is signed and tried like all others', async () => {
    const { body } = await makeWebhook()
    const tested = await gateway.call('POST', `/webhooks/${body.id}/test`)
    expect(tested.status).toBe(202)
    expect(gateway.handed.webhooks).toBe(1)
    const delivery = await gateway.call('GET', `/deliveries/${tested.body.deliveryId}`)
    expect(delivery.body).toMatchObject({ status: 'pending', payload: { type: 'webhook.test' }, attempts: [] })
  })
})

describe('deliveries over the API', () => {
  it('are listed with their attempts, and sent again one by one or in a range', async () => {
    const { body } = await makeWebhook()
    const first = (await gateway.call('POST', `/webhooks/${body.id}/test`)).body.deliveryId
    await gateway.call('POST', `/webhooks/${body.id}/test`)
    expect((await gateway.call('POST', `/deliveries/${first}/replay`)).status).toBe(409)
    await fresh.db.query(
      `update deliveries set status = 'dead', finished_at = now(), error = 'The receiver answered 500'`,
    )
    await fresh.db.query(
      `insert into delivery_attempts (delivery_id, number, started_at, duration_ms, outcome, status, error, detail)
       values ($1, 1, now(), 12, 'dead', 500, 'The receiver answered 500', $2::text::jsonb)`,
      [
        first,
        JSON.stringify({
          request: { method: 'POST', url: 'https://crm.example.com/in', headers: {}, body: '{}' },
          response: { headers: {}, body: 'no' },
        }),
      ],
    )
    const dead = await gateway.call('GET', `/deliveries?status=dead&webhookId=${body.id}`)
    expect(dead.body.items).toHaveLength(2)
    expect(dead.body.items[1].attempts).toMatchObject([
      { number: 1, outcome: 'dead', status: 500, durationMs: 12, request: { body: '{}' }, response: { body: 'no' } },
    ])
    const found = async (query: string) => (await gateway.call('GET', `/deliveries?${query}`)).body.items.length
    expect(await found('kind=webhook.test')).toBe(2)
    expect(await found('kind=deal.*')).toBe(0)
    expect(await found('contactId=1')).toBe(0)
    expect(await found('from=2026-11-02T10:00:00Z')).toBe(0)
    expect(await found('from=2026-11-02T08:00:00Z&to=2026-11-02T10:00:00Z')).toBe(2)

    expect((await gateway.call('POST', `/deliveries/${first}/replay`)).body).toEqual({ replayed: 1 })
    const range = { from: '2026-11-02T08:00:00Z', to: '2026-11-02T10:00:00Z' }
    expect((await gateway.call('POST', `/webhooks/${body.id}/replay`, range)).body).toEqual({ replayed: 1 })
    expect((await gateway.call('POST', `/webhooks/${body.id}/replay`)).body).toEqual({ replayed: 0 })
  })

  it('of another project are neither seen nor sent', async () => {
    const { body } = await makeWebhook()
    const { deliveryId } = (await gateway.call('POST', `/webhooks/${body.id}/test`)).body
    const other = await testGateway(fresh.db)
    expect((await other.call('GET', `/deliveries/${deliveryId}`)).status).toBe(404)
    expect((await other.call('POST', `/deliveries/${deliveryId}/replay`)).status).toBe(404)
    expect((await other.call('POST', `/webhooks/${body.id}/replay`)).status).toBe(404)
  })
})
