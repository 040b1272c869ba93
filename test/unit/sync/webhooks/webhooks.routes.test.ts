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

  it('are tested by a delivery that is signed and tried like all others', async () => {
    const { body } = await makeWebhook()
    const tested = await gateway.call('POST', `/webhooks/${body.id}/test`)
    expect(tested.status).toBe(202)
    expect(gateway.handed.deliveries).toBe(1)
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
      `insert into delivery_attempts (delivery_id, number, started_at, duration_ms, outcome, status, error)
       values ($1, 1, now(), 12, 'dead', 500, 'The receiver answered 500')`,
      [first],
    )
    const dead = await gateway.call('GET', `/deliveries?status=dead&webhookId=${body.id}`)
    expect(dead.body.items).toHaveLength(2)
    expect(dead.body.items[1].attempts).toMatchObject([{ number: 1, outcome: 'dead', status: 500, durationMs: 12 }])

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
