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

  it('move on, by number and by status, tell the time in each stage, and are removed', async () => {
    const { id, stage } = (await gateway.call('POST', '/deals', { contactId, name: 'Car' })).body
    const path = `/deals/${id}`
    gateway.clock.advance(60_000)
    expect((await gateway.call('POST', `${path}/move`, { next: true })).body.stage.name).toBe('Test drive')
    gateway.clock.advance(30_000)
    expect((await gateway.call('POST', `${path}/move`, { stageId: stage.id })).body.stage.name).toBe('New')
    const lost = await gateway.call('POST', `${path}/status`, { status: 'fail' })
    expect(lost.body).toMatchObject({ status: 'fail', stage: { name: 'Lost' } })
    expect((await gateway.call('POST', `${path}/move`, { next: true })).status).toBe(409)
    const { body } = await gateway.call('GET', `${path}/moves`)
    expect(body.items.map((item: { stage: string; seconds: number }) => [item.stage, item.seconds])).toEqual([
      ['New', 60],
      ['Test drive', 30],
      ['New', 0],
      ['Lost', 0],
    ])
    expect(body.totals[0]).toEqual({ stageId: stage.id, stage: 'New', seconds: 60 })
    expect((await gateway.call('DELETE', path)).status).toBe(204)
    expect((await gateway.call('GET', path)).status).toBe(404)
  })

  it('are found by responsible operator and by what a variable holds', async () => {
    const operator = { name: 'Ivan', email: 'ivan@example.com', role: 'manager' }
    const responsibleId = (await gateway.call('POST', '/operators', operator)).body.id
    await gateway.call('POST', '/deals', { contactId, name: 'Car', responsibleId, variables: { order: 5 } })
    await gateway.call('POST', '/deals', { contactId, name: 'Van', variables: { order: '6' } })
    const names = async (query: string) =>
      (await gateway.call('GET', `/deals?${query}`)).body.items.map((deal: { name: string }) => deal.name)
    expect(await names(`responsibleId=${responsibleId}`)).toEqual(['Car'])
    expect(await names('variable=order&value=5')).toEqual(['Car'])
    expect(await names('variable=order&value=6')).toEqual(['Van'])
    expect(await names('variable=order&value=7')).toEqual([])
  })

  it('say what a move may be told by', async () => {
    const { id } = (await gateway.call('POST', '/deals', { contactId, name: 'Car' })).body
    for (const body of [{}, { next: false }, { stageId: 'x' }, { stage: 'New', stageId: 1 }]) {
      const refused = await gateway.call('POST', `/deals/${id}/move`, body)
      expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: expect.stringMatching(/stage|next/) }] } })
    }
  })

  it('name the stage that does not exist', async () => {
    const deal = await gateway.call('POST', '/deals', { contactId, name: 'Car' })
    const { status, body } = await gateway.call('POST', `/deals/${deal.body.id}/move`, { stage: 'Nowhere' })
    expect(status).toBe(400)
    expect(body.errors[0].path).toBe('stage')
  })
})
