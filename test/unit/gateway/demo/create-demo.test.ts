import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { webchat } from '../../../../adapters/webchat/webchat.ts'
import { blocks } from '../../../../src/flows/blocks/registry.ts'
import { createDemo, demoPage } from '../../../../src/gateway/demo/create-demo.ts'
import { createVault } from '../../../../src/platform/secrets.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { testGateway } from '../../../gateway.ts'
import { closedChannels } from '../../../project.ts'

const now = new Date('2026-11-02T09:00:00Z')
const catalogue = new Map([[webchat.kind, webchat]])
const parts = {
  catalogue,
  crmCatalogue: new Map(),
  blocks,
  vault: createVault('a key for the tests only'),
  channels: closedChannels,
}

let fresh: FreshDatabase

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(() => fresh.clear())
afterAll(() => fresh.drop())

const make = (apiKey?: string) => fresh.db.transaction((tx) => createDemo(tx, now, { apiKey }, parts))

describe('the demo', () => {
  it('is made on an empty database: a published dealership, a web chat and a first key', async () => {
    const made = await make()
    expect(made?.key).toMatch(/^pk_/)
    const flows = await fresh.db.query('select name, live_version_id is not null as live from flows')
    expect(flows).toEqual([{ name: 'Dealership', live: true }])
    expect(await demoPage(fresh.db, parts)).toMatch(/^\/channels\/webchat\/hk_/)
  })

  it('takes the key that was chosen outside', async () => {
    expect(await make('a-key-chosen-outside')).toMatchObject({ key: 'a-key-chosen-outside' })
  })

  it('is not made where there is a project already', async () => {
    await testGateway(fresh.db)
    expect(await make()).toBeUndefined()
    expect(await demoPage(fresh.db, parts)).toBeUndefined()
  })
})

describe('the cars of the demo', () => {
  const ask = async (query: string) => {
    const gateway = await testGateway(fresh.db)
    const response = await gateway.app.request(`/demo/cars${query}`)
    return { status: response.status, body: JSON.parse(await response.text()) }
  }

  it('are found by the budget, the dearest first', async () => {
    expect(await ask('?budget=27000')).toMatchObject({
      status: 200,
      body: { car: { model: 'Tundra Hybrid', price: 26400 } },
    })
  })

  it('are not found for too little, and not for what is no number', async () => {
    expect((await ask('?budget=500')).status).toBe(404)
    expect(await ask('?budget=much')).toMatchObject({
      status: 400,
      body: { detail: 'budget is "much"; expected a number such as 25000.' },
    })
    expect((await ask('')).status).toBe(400)
  })
})
