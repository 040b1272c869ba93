import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createContact } from '../../../../src/contacts/create-contact.ts'
import { createDeal } from '../../../../src/crm/create-deal.ts'
import { createPipeline } from '../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../src/crm/create-spot.ts'
import { integrations } from '../../../../src/sync/integrations/integrations.table.ts'
import { emptyMapping } from '../../../../src/sync/mapping/mapping.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { type TestGateway, testGateway } from '../../../gateway.ts'
import { recordedChanges } from '../../../project.ts'

let fresh: FreshDatabase
let gateway: TestGateway
let path: string
let contactId: number

beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())
beforeEach(async () => {
  await fresh.clear()
  gateway = await testGateway(fresh.db)
  const { projectId, clock } = gateway
  const context = { projectId, now: clock.now(), by: { kind: 'system' as const } }
  await fresh.db.transaction(async (tx) => {
    const spot = await createSpot(tx, context, { name: 'Moscow' })
    await createPipeline(tx, context, { spotId: spot.id, name: 'Sales', stages: [{ name: 'New' }] })
    contactId = (await createContact(tx, context, { fields: { firstName: 'Anna' } })).id
    for (let i = 0; i < 3; i++) await createDeal(tx, context, { contactId, name: `Deal ${i}` })
  })
  const [row] = await fresh.db.orm
    .insert(integrations)
    .values({
      projectId,
      name: 'Other',
      kind: 'other',
      settings: {},
      hookId: 'hk_1',
      direction: 'both',
      sends: 'by_flow',
      mapping: emptyMapping,
      enabled: true,
      createdAt: clock.now(),
      updatedAt: clock.now(),
    })
    .returning()
  path = `/integrations/${row!.id}`
})

describe('a first filling', () => {
  test('queues all deals and contacts at once, and its progress is shown', async () => {
    const queued = await gateway.call('POST', `${path}/push`, { deals: 'all', contacts: [contactId, 999] })
    expect(queued).toEqual({ status: 202, body: { queued: 4 } })
    expect((await gateway.call('GET', `${path}/progress`)).body).toEqual({
      waiting: 4,
      working: 0,
      done: 0,
      dead: 0,
      heard: 0,
      waitingSince: gateway.clock.now().toISOString(),
      perMinute: 0,
      expectedEnd: null,
    })
    await fresh.db.query(
      `update crm_pushes set status = 'done', finished_at = $1, first_started_at = $2 where entity = 'contact' or subject_id = 1`,
      [gateway.clock.now().toISOString(), new Date(gateway.clock.now().getTime() - 60_000).toISOString()],
    )
    expect((await gateway.call('GET', `${path}/progress`)).body).toMatchObject({
      waiting: 2,
      done: 2,
      perMinute: 2,
      expectedEnd: new Date(gateway.clock.now().getTime() + 60_000).toISOString(),
    })
  })

  test('of ten thousand deals is one statement', async () => {
    await fresh.db.query(
      `insert into deals (project_id, number, name, variables, contact_id, pipeline_id, stage_id, status, status_since, version,
                          created_at, updated_at)
       select project_id, number + n, name, variables, contact_id, pipeline_id, stage_id, status, status_since, version,
              created_at, updated_at from deals, generate_series(10, 10000) as n where number = 1`,
    )
    const begin = performance.now()
    const { body } = await gateway.call('POST', `${path}/push`, { deals: 'all' })
    expect(body.queued).toBe(9994)
    expect(performance.now() - begin).toBeLessThan(10_000)
  })

  test('says what it expects, and is not for every key', async () => {
    expect((await gateway.call('POST', `${path}/push`, {})).status).toBe(400)
    expect((await gateway.call('POST', `${path}/push`, { deals: [] })).status).toBe(400)
    const key = await gateway.makeKey('write')
    expect((await gateway.call('POST', `${path}/push`, { deals: 'all' }, key)).status).toBe(403)
    expect((await gateway.call('POST', '/integrations/999/push', { deals: 'all' })).status).toBe(404)
  })
})

describe('pushes', () => {
  beforeEach(async () => {
    await gateway.call('POST', `${path}/push`, { deals: 'all' })
    await fresh.db.query(
      `update crm_pushes set status = 'dead', error = 'No such stage.', error_code = 'invalid', attempts = 3, finished_at = now()
        where subject_id < 3`,
    )
  })

  test('are listed with their errors, and read one by one', async () => {
    const { body } = await gateway.call('GET', `${path}/pushes?status=dead`)
    expect(body.items).toMatchObject([
      { subjectId: 2, status: 'dead', error: 'No such stage.' },
      { subjectId: 1, status: 'dead', errorCode: 'invalid' },
    ])
    const { id } = body.items[0]
    expect((await gateway.call('GET', `${path}/pushes/${id}`)).body).toMatchObject({ id, attempts: 3 })
    expect((await gateway.call('GET', `${path}/pushes/999`)).status).toBe(404)
    expect((await gateway.call('GET', `${path}/pushes?entity=contact`)).body.items).toEqual([])
  })

  test('are tried again one by one or all dead ones together', async () => {
    const [dead] = (await gateway.call('GET', `${path}/pushes?status=dead`)).body.items
    const waiting = (await gateway.call('GET', `${path}/pushes?status=pending`)).body.items
    expect((await gateway.call('POST', `${path}/pushes/${waiting[0].id}/replay`)).status).toBe(409)
    expect((await gateway.call('POST', `${path}/pushes/${dead.id}/replay`)).body).toEqual({ replayed: 1 })
    const none = { from: '2030-01-01T00:00:00Z' }
    expect((await gateway.call('POST', `${path}/replay`, none)).body).toEqual({ replayed: 0 })
    expect((await gateway.call('POST', `${path}/replay`, {})).body).toEqual({ replayed: 1 })
    expect((await gateway.call('GET', `${path}/pushes?status=pending`)).body.items).toHaveLength(3)
    expect((await gateway.call('GET', `${path}/pushes/${dead.id}`)).body).toMatchObject({
      status: 'pending',
      attempts: 0,
      error: null,
    })
  })
})

test('a deal is linked by hand, shown with its id there, and let go again', async () => {
  const link = { entity: 'deal', subjectId: 1, externalId: '4711' }
  const made = await gateway.call('PUT', `${path}/links`, link)
  expect(made).toMatchObject({ status: 200, body: link })
  expect((await gateway.call('PUT', `${path}/links`, { ...link, externalId: '4712' })).status).toBe(409)
  expect((await gateway.call('PUT', `${path}/links`, { ...link, subjectId: 2 })).status).toBe(409)
  expect((await gateway.call('PUT', `${path}/links`, { ...link, subjectId: 99 })).status).toBe(404)
  expect((await gateway.call('GET', `${path}/links?entity=deal&subjectId=1`)).body.items).toMatchObject([link])
  // Both are brought together.
  expect((await gateway.call('GET', `${path}/progress`)).body).toMatchObject({ waiting: 1, heard: 1 })
  expect((await gateway.call('DELETE', `${path}/links/${made.body.id}`)).status).toBe(204)
  expect((await gateway.call('DELETE', `${path}/links/${made.body.id}`)).status).toBe(404)
  expect((await gateway.call('GET', `${path}/links`)).body.items).toEqual([])
  const kinds = (await recordedChanges(fresh.db)).map(({ kind }) => kind)
  expect(kinds.slice(-2)).toEqual(['deal.crm_linked', 'deal.crm_unlinked'])
  expect((await gateway.call('PUT', `${path}/links`, { ...link, externalId: '4712' })).status).toBe(200)
})
