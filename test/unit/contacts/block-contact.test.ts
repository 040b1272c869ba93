import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { type TestGateway, testGateway } from '../../gateway.ts'

let fresh: FreshDatabase
let gateway: TestGateway
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())
beforeEach(async () => {
  await fresh.clear()
  gateway = await testGateway(fresh.db)
})

const make = async (fields: object) => (await gateway.call('POST', '/contacts', fields)).body.id as number

describe('a block over the API', () => {
  it('takes the usual ends, in the time zone of the project, and refuses others', async () => {
    const id = await make({})
    const block = (until: unknown) => gateway.call('POST', `/contacts/${id}/block`, { until })
    const now = gateway.clock.now().getTime()
    expect((await block('hour')).body.blocked.until).toBe(new Date(now + 3_600_000).toISOString())
    expect((await block('tomorrow')).body.blocked.until).toMatch(/T21:00:00.000Z$/)
    expect((await block('forever')).body.blocked.until).toBeNull()
    expect(await block('someday')).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'until', message: expect.stringContaining('"hour", "tomorrow"') }] },
    })
  })
})
