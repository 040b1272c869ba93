import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { webchat } from '../../../../adapters/webchat/webchat.ts'
import { blocks } from '../../../../src/flows/blocks/registry.ts'
import { createDemo, demoPage, hasDemo, moveDemo } from '../../../../src/gateway/demo/create-demo.ts'
import { createVault } from '../../../../src/platform/secrets.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { testGateway } from '../../../gateway.ts'

const now = new Date('2026-11-02T09:00:00Z')
const catalogue = new Map([[webchat.kind, webchat]])
const parts = { catalogue, blocks, vault: createVault('a key for the tests only') }
const origin = 'http://127.0.0.1:8080'

let fresh: FreshDatabase

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(() => fresh.clear())
afterAll(() => fresh.drop())

const make = (apiKey?: string) => fresh.db.transaction((tx) => createDemo(tx, now, { apiKey, origin }, parts))

const carsUrl = async () => {
  const [row] = await fresh.db.query<{ value: string }>(`select value from project_variables where name = 'cars_url'`)
  return row?.value
}

describe('the demo', () => {
  it('is made on an empty database: a published dealership, a web chat and a first key', async () => {
    const made = await make()
    expect(made?.key).toMatch(/^pk_/)
    const flows = await fresh.db.query('select name, live_version_id is not null as live from flows')
    expect(flows).toEqual([{ name: 'Dealership', live: true }])
    expect(await carsUrl()).toBe('http://127.0.0.1:8080/demo/cars')
    expect(await demoPage(fresh.db, parts)).toMatch(/^\/channels\/webchat\/hk_/)
    expect(await hasDemo(fresh.db)).toBe(true)
  })

  it('takes the key that was chosen outside', async () => {
    expect(await make('a-key-chosen-outside')).toMatchObject({ key: 'a-key-chosen-outside' })
  })

  it('is not made where there is a project already', async () => {
    await testGateway(fresh.db)
    expect(await make()).toBeUndefined()
    expect(await hasDemo(fresh.db)).toBe(false)
    expect(await demoPage(fresh.db, parts)).toBeUndefined()
  })

  it('asks at our present address, unless somebody let it ask elsewhere', async () => {
    await make()
    await fresh.db.transaction((tx) => moveDemo(tx, now, 'http://127.0.0.1:9000', parts))
    expect(await carsUrl()).toBe('http://127.0.0.1:9000/demo/cars')
    await fresh.db.query(
      `update project_variables set value = 'https://stock.example.com/cars' where name = 'cars_url'`,
    )
    await fresh.db.transaction((tx) => moveDemo(tx, now, 'http://127.0.0.1:8080', parts))
    expect(await carsUrl()).toBe('https://stock.example.com/cars')
    expect(await hasDemo(fresh.db)).toBe(false)
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
