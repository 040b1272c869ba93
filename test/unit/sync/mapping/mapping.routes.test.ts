import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../../../../src/platform/database/database.ts'
import { integrations } from '../../../../src/sync/integrations/integrations.table.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { buildLedger } from '../../../doubles/ledger/ledger.ts'
import { type TestGateway, testGateway } from '../../../gateway.ts'
import { madeUpLists, mappingOf } from './made-up-sides.ts'

let fresh: FreshDatabase
let db: Database
let gateway: TestGateway
let integrationId: number
let contactId: number
let dealId: number

beforeAll(async () => {
  fresh = await freshDatabase()
  db = fresh.db
})
afterAll(() => fresh.drop())
beforeEach(async () => {
  gateway = await testGateway(db)
  await gateway.call('POST', '/attributes', { name: 'town', title: 'City', type: 'text' })
  const { id: spotId } = (await gateway.call('POST', '/spots', { name: 'Moscow' })).body
  await gateway.call('POST', '/pipelines', { spotId, name: 'Sales', stages: [{ name: 'Talks' }] })
  const contact = { firstName: 'Anna', attributes: { town: 'Moscow' }, labels: ['VIP'] }
  contactId = (await gateway.call('POST', '/contacts', contact)).body.id
  dealId = (await gateway.call('POST', '/deals', { contactId, name: 'A car', stage: 'Talks', budget: 99.5 })).body.id
  const { projectId } = gateway
  const now = gateway.clock.now()
  const [row] = await db.orm
    .insert(integrations)
    .values({
      projectId,
      name: 'Other CRM',
      kind: 'other',
      settings: {},
      hookId: `h${projectId}`,
      direction: 'both',
      sends: 'by_flow',
      enabled: true,
      lists: madeUpLists({ contact: [{ key: 'c1', title: 'City', type: 'text', maxLength: 3 }] }),
      listsAt: now,
      mapping: mappingOf({
        contact: [
          ['first_name', 'first_name'],
          ['attributes.town', 'c1'],
          ['last_name', 'last_name', 'pull'],
        ],
        deal: [
          ['budget', 'budget'],
          ['stage', 'stage'],
        ],
        pipelines: [{ spot: 'Moscow', pipeline: 'Sales', theirs: '7', stages: [{ stage: 'Talks', theirs: '72' }] }],
      }),
      createdAt: now,
      updatedAt: now,
    })
    .returning()
  integrationId = row!.id
})

const preview = (body: object, key?: string) =>
  gateway.call('POST', `/integrations/${integrationId}/preview`, body, key)

describe('a preview', () => {
  test('tells what would be sent of a deal and its contact', async () => {
    const { status, body } = await preview({ dealId })
    expect(status).toBe(200)
    expect(body).toEqual({
      faults: [],
      contact: {
        id: contactId,
        tags: ['VIP'],
        fields: [
          {
            ours: 'first_name',
            theirs: 'first_name',
            title: 'First name',
            direction: 'both',
            ourValue: 'Anna',
            sent: true,
            value: 'Anna',
            shown: 'Anna',
            fault: null,
          },
          expect.objectContaining({
            ourValue: 'Moscow',
            sent: true,
            value: 'Mos',
            fault: expect.stringContaining('up to 3'),
          }),
          expect.objectContaining({ ours: 'last_name', sent: false, value: null, shown: '' }),
        ],
      },
      deal: {
        id: dealId,
        tags: [],
        fields: [
          expect.objectContaining({ ourValue: 99.5, value: 100, fault: expect.stringContaining('100') }),
          expect.objectContaining({ ourValue: 'Talks', value: '7/72', shown: '"sales / Talks"', fault: null }),
        ],
      },
    })
  })

  test('takes a mapping that is not kept, and tells what is wrong with it', async () => {
    const mapping = { contact: [{ ours: 'first_name', theirs: 'firstname' }], labels: 'none' }
    const { body } = await preview({ contactId, mapping })
    expect(body.faults).toEqual([
      { path: 'mapping.contact[0].theirs', message: expect.stringContaining('did you mean') },
    ])
    expect(body).toMatchObject({
      contact: {
        tags: [],
        fields: [{ title: null, sent: false, value: null, fault: expect.stringContaining('"firstname"') }],
      },
      deal: null,
    })
  })

  test('sends nothing of an integration that only takes', async () => {
    await db.query(`update integrations set direction = 'pull'`)
    const { body } = await preview({ contactId })
    expect(body.contact.tags).toEqual([])
    expect(body.contact.fields.map(({ sent }: { sent: boolean }) => sent)).toEqual([false, false, false])
  })

  test('sends no labels to an account that has no tags', async () => {
    const ledger = buildLedger()
    ledger.account.abilities.tags = false
    const small = await testGateway(db, { crmCatalogue: new Map([['ledger', ledger.definition]]) })
    const { id } = (await small.call('POST', '/integrations', { kind: 'ledger', name: 'books' })).body
    const contact = (await small.call('POST', '/contacts', { firstName: 'Anna', labels: ['VIP'] })).body
    const of = async () => (await small.call('POST', `/integrations/${id}/preview`, { contactId: contact.id })).body
    expect((await of()).contact.tags).toEqual([])
    ledger.account.abilities.tags = true
    expect((await of()).contact.tags).toEqual(['VIP'])
  })

  test('asks for a contact or a deal that is there, of an integration that is there', async () => {
    expect(await preview({ contactId, dealId })).toMatchObject({ status: 400, body: { errors: [{ path: 'dealId' }] } })
    expect((await preview({})).status).toBe(400)
    expect((await preview({ contactId: contactId + 99 })).status).toBe(404)
    expect((await gateway.call('POST', '/integrations/999/preview', { contactId })).status).toBe(404)
    const other = await testGateway(db)
    expect((await other.call('POST', `/integrations/${integrationId}/preview`, { contactId })).status).toBe(404)
  })
})

test('a mapping is suggested by what is called the same on both sides', async () => {
  const { status, body } = await gateway.call('GET', `/integrations/${integrationId}/suggested-mapping`)
  expect(status).toBe(200)
  expect(body.contact).toContainEqual({ ours: 'attributes.town', theirs: 'c1', direction: 'both' })
  expect(body.pipelines).toMatchObject([{ spot: 'Moscow', pipeline: 'Sales', theirs: '7' }])
})
