import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { type TestGateway, testGateway } from '../../gateway.ts'

let fresh: FreshDatabase
let gateway: TestGateway
let pipelineId: number
let contactId: number

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  gateway = await testGateway(fresh.db)
  const spot = await gateway.call('POST', '/spots', { name: 'Salon' })
  const pipeline = await gateway.call('POST', '/pipelines', {
    spotId: spot.body.id,
    name: 'Sales',
    stages: [{ name: 'New' }, { name: 'Test drive' }],
  })
  pipelineId = pipeline.body.id
  contactId = (await gateway.call('POST', '/contacts', { firstName: 'Anna' })).body.id
})
afterAll(() => fresh.drop())

describe('funnels over the API', () => {
  it('are listed with their stages in order', async () => {
    const { body } = await gateway.call('GET', '/pipelines')
    expect(body.items[0].stages.map((stage: { name: string }) => stage.name)).toEqual([
      'Unprocessed',
      'New',
      'Test drive',
      'Won',
      'Lost',
      'Archive',
    ])
  })

  it('get stages added, changed and removed', async () => {
    const made = await gateway.call('POST', `/pipelines/${pipelineId}/stages`, { name: 'Credit' })
    expect(made).toMatchObject({ status: 201, body: { name: 'Credit', position: 4, type: 'open' } })
    const moved = await gateway.call('PATCH', `/stages/${made.body.id}`, { position: 2, color: '#AABBCC' })
    expect(moved.body).toMatchObject({ position: 2, color: '#aabbcc' })
    expect((await gateway.call('DELETE', `/stages/${made.body.id}`)).status).toBe(204)
  })

  it('are renamed, and kept while deals stand in them', async () => {
    await gateway.call('POST', '/deals', { contactId, name: 'Car' })
    expect((await gateway.call('PATCH', `/pipelines/${pipelineId}`, { name: 'Cars' })).body.name).toBe('Cars')
    const refused = await gateway.call('DELETE', `/pipelines/${pipelineId}`)
    expect(refused).toMatchObject({ status: 409, body: { detail: expect.stringContaining('1 deal') } })
  })
})

describe('deals over the API', () => {
  it('are made, changed, moved and counted', async () => {
    const made = await gateway.call('POST', '/deals', {
      contactId,
      name: 'Car',
      budget: 1500000,
      currency: 'rub',
      variables: { model: 'Vesta' },
    })
    expect(made).toMatchObject({
      status: 201,
      body: { number: 1, currency: 'RUB', stage: { name: 'New' }, status: 'active', variables: { model: 'Vesta' } },
    })
    const { id } = made.body
    const changed = await gateway.call('PATCH', `/deals/${id}`, {
      budget: 2000000,
      variables: { model: null, trade: true },
    })
    expect(changed.body).toMatchObject({ budget: 2000000, variables: { trade: true } })
    const moved = await gateway.call('POST', `/deals/${id}/move`, { stage: 'Won' })
    expect(moved.body).toMatchObject({ stage: { name: 'Won', type: 'won' }, status: 'success' })
    expect((await gateway.call('GET', `/deals/${id}/moves`)).body.items).toHaveLength(2)
    const board = await gateway.call('GET', `/pipelines/${pipelineId}/board`)
    expect(board.body.stages.find((stage: { name: string }) => stage.name === 'Won')).toMatchObject({
      deals: 1,
      sums: [{ currency: 'RUB', budget: 2000000 }],
    })
  })

  it('are narrowed by status and contact', async () => {
    await gateway.call('POST', '/deals', { contactId, name: 'Car' })
    expect((await gateway.call('GET', `/deals?status=active&contactId=${contactId}`)).body.items).toHaveLength(1)
    expect((await gateway.call('GET', '/deals?status=success')).body.items).toEqual([])
    expect((await gateway.call('GET', '/deals?status=done')).status).toBe(400)
  })

  it('name the stage that does not exist', async () => {
    const deal = await gateway.call('POST', '/deals', { contactId, name: 'Car' })
    const { status, body } = await gateway.call('POST', `/deals/${deal.body.id}/move`, { stage: 'Nowhere' })
    expect(status).toBe(400)
    expect(body.errors[0].path).toBe('stage')
  })
})
