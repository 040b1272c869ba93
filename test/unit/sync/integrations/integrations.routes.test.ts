import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createIntegration } from '../../../../src/sync/integrations/create-integration.ts'
import { readState } from '../../../../src/sync/integrations/integrations.store.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { buildLedger, type Ledger } from '../../../doubles/ledger/ledger.ts'
import { type TestGateway, testGateway } from '../../../gateway.ts'
import { recordedChanges } from '../../../project.ts'

let fresh: FreshDatabase
let gateway: TestGateway
let ledger: Ledger
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  ledger = buildLedger()
  gateway = await testGateway(fresh.db, { crmCatalogue: new Map([['ledger', ledger.definition]]) })
})
afterAll(() => fresh.drop())

const make = async (over: object = {}) => {
  const { status, body } = await gateway.call('POST', '/integrations', { kind: 'ledger', name: 'books', ...over })
  expect(status).toBe(201)
  return body
}
const connected = async (over: object = {}) => {
  const { id } = await make(over)
  const { status, body } = await gateway.call('POST', `/integrations/${id}/connect`)
  expect(status).toBe(200)
  return body
}
const kinds = async () =>
  (await recordedChanges(fresh.db)).map(({ kind }) => kind).filter((kind) => /^integr/.test(kind))
const notices = () => fresh.db.query<{ text: string }>('select text from operator_notices')

describe('integrations over the API', () => {
  it('are made with checked settings, their secrets sealed and masked', async () => {
    const made = await make({ settings: { key: 'inkwell', perSecond: 5 } })
    expect(made).toMatchObject({
      kind: 'ledger',
      name: 'books',
      settings: { key: '•••', secret: '•••', perSecond: 5 },
      direction: 'both',
      sends: 'by_flow',
      enabled: true,
      account: null,
      condition: null,
      hookUrl: expect.stringMatching(/^https:\/\/bot\.example\.com\/hooks\/hk_/),
    })
    const rows = await fresh.db.query<{ settings: unknown }>('select settings from integrations')
    expect(JSON.stringify(rows)).not.toContain('inkwell')
    expect((await gateway.call('GET', '/integrations')).body.items).toEqual([made])
    expect((await gateway.call('GET', `/integrations/${made.id}`)).body).toEqual(made)
    expect(await recordedChanges(fresh.db)).toContainEqual({
      kind: 'integration.created',
      data: { integrationId: made.id, name: 'books', integrationKind: 'ledger' },
    })
  })

  it('may be several of one kind, but none of one name', async () => {
    await make()
    await make({ name: 'books of Minsk' })
    expect((await gateway.call('POST', '/integrations', { kind: 'ledger', name: 'books' })).status).toBe(409)
  })

  it.each([
    [{ kind: 'abacus' }, 'kind'],
    [{ settings: { perSecond: 'many' } }, 'settings.perSecond'],
    [{ settings: { colour: 'red' } }, 'settings.colour'],
    [{ direction: 'sideways' }, 'direction'],
    [{ mapping: { contact: [{ ours: 'first_nam', theirs: 'first_name' }] } }, 'mapping.contact[0].ours'],
  ])('are refused with the place of what is wrong: %j', async (over, path) => {
    const { status, body } = await gateway.call('POST', '/integrations', { kind: 'ledger', name: 'books', ...over })
    expect([status, body.errors[0].path]).toEqual([400, path])
  })

  it('lose a setting that is set to null, and keep a secret that comes back masked', async () => {
    const { id } = await make({ settings: { key: 'inkwell', perSecond: 5 } })
    const settings = { key: '•••', perSecond: null }
    const { body } = await gateway.call('PATCH', `/integrations/${id}`, { settings, direction: 'push' })
    expect(body).toMatchObject({ settings: { key: '•••', perSecond: 1000 }, direction: 'push' })
    expect((await gateway.call('POST', `/integrations/${id}/connect`)).status).toBe(200)
    expect(await recordedChanges(fresh.db)).toContainEqual({
      kind: 'integration.updated',
      data: { integrationId: id, name: 'books', fields: ['direction', 'settings'] },
    })
  })

  it('record nothing when nothing changes', async () => {
    const { id, name, direction, mapping } = await make()
    await gateway.call('PATCH', `/integrations/${id}`, { name, direction, mapping, settings: {} })
    expect(await kinds()).toEqual(['integration.created'])
  })

  it('tell their kinds with a schema of the settings', async () => {
    const { body } = await gateway.call('GET', '/integration-kinds')
    expect(body.items).toMatchObject([{ kind: 'ledger', title: 'Ledger', secrets: ['key', 'secret'] }])
    expect(body.items[0].settings.properties).toHaveProperty('perSecond')
  })

  it('belong to their project', async () => {
    const { id } = await make()
    await fresh.db.query(
      `insert into projects (name, time_zone, country, working_hours, created_at) values ('other', 'UTC', 'DE', '{}', now())`,
    )
    await fresh.db.query(`update integrations set project_id = (select max(id) from projects)`)
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/connect'],
      ['POST', '/disconnect'],
      ['GET', '/lists'],
    ] as const)
      expect(
        (await gateway.call(method, `/integrations/${id}${path}`, method === 'PATCH' ? {} : undefined)).status,
      ).toBe(404)
  })
})

describe('connecting', () => {
  it('tells the account, has it tell us of changes, reads its lists and maps what has equal names', async () => {
    const integration = await connected()
    expect(integration).toMatchObject({
      account: 'Ledger & Sons',
      condition: { state: 'working' },
      listsAt: gateway.clock.now().toISOString(),
      consentUrl: null,
    })
    expect(integration.mapping.deal).toContainEqual({ ours: 'budget', theirs: 'budget', direction: 'both' })
    expect([...ledger.account.hooks]).toEqual([integration.hookUrl])
    expect(await kinds()).toEqual(['integration.created', 'integration.connected'])
  })

  it('leaves a mapping alone that was given', async () => {
    const mapping = { contact: [{ ours: 'phone', theirs: 'phone', direction: 'push' }], labels: 'none' }
    expect((await connected({ mapping })).mapping).toMatchObject(mapping)
  })

  it('fills in the usual mapping also where the lists were looked at before', async () => {
    const { id } = await make()
    expect((await gateway.call('GET', `/integrations/${id}/lists`)).status).toBe(200)
    const { body } = await gateway.call('POST', `/integrations/${id}/connect`)
    expect(body.mapping.deal).toContainEqual({ ours: 'name', theirs: 'name', direction: 'both' })
    expect(body.mappingFaults).toEqual([])
  })

  it('tells what of a mapping that was kept before the account cannot keep', async () => {
    const { mapping, mappingFaults } = await connected({ mapping: { contact: [{ ours: 'phone', theirs: 'phon' }] } })
    expect(mapping.contact).toHaveLength(1)
    expect(mappingFaults).toEqual([
      { path: 'mapping.contact[0].theirs', message: expect.stringContaining('did you mean "phone"') },
    ])
  })

  it('notes what the vendor says when it refuses, and tells nobody else the first time', async () => {
    const { id } = await make({ settings: { key: 'dried up' } })
    expect((await gateway.call('POST', `/integrations/${id}/connect`)).status).toBe(401)
    const { body } = await gateway.call('GET', `/integrations/${id}`)
    expect(body.condition).toMatchObject({ state: 'stopped', error: 'The key of the ledger is wrong.' })
    expect([await kinds(), await notices()]).toEqual([['integration.created'], []])
  })

  it('tells the operators when an account that worked can be connected no more', async () => {
    const { id } = await connected()
    ledger.faults.push({ kind: 'refused', code: 'unavailable' })
    expect((await gateway.call('POST', `/integrations/${id}/connect`)).status).toBe(503)
    expect(await notices()).toEqual([])
    await fresh.db.query(
      `insert into operators (project_id, name, role, on_shift, created_at) values ($1, 'Olga', 'admin', false, now())`,
      [gateway.projectId],
    )
    ledger.faults.push({ kind: 'refused', code: 'unauthenticated' })
    expect((await gateway.call('POST', `/integrations/${id}/connect`)).status).toBe(401)
    expect((await kinds()).slice(2)).toEqual(['integration.condition_changed', 'integration.condition_changed'])
    expect(await notices()).toEqual([{ text: expect.stringContaining('"books" is stopped') }])
  })

  it('is refused while the integration is switched off', async () => {
    const { id } = await make({ enabled: false })
    expect((await gateway.call('POST', `/integrations/${id}/connect`)).status).toBe(409)
  })

  it('is taken back: the vendor stops, our tokens are forgotten', async () => {
    const { id } = await connected()
    expect(await readState(fresh.db, id, 'token')).toMatch(/^sealed:/)
    const { body } = await gateway.call('POST', `/integrations/${id}/disconnect`)
    expect(body).toMatchObject({ account: null, condition: null, listsAt: null })
    expect(ledger.account.hooks.size).toBe(0)
    expect(await readState(fresh.db, id, 'token')).toBeUndefined()
    expect((await kinds()).at(-1)).toBe('integration.disconnected')
  })

  it('is taken back also when the vendor cannot be told, and says so', async () => {
    const { id } = await connected()
    ledger.faults.push({ kind: 'refused', code: 'unavailable' })
    const { status, body } = await gateway.call('POST', `/integrations/${id}/disconnect`)
    expect([status, body.account]).toEqual([200, null])
    expect(body.condition).toEqual({
      state: 'stopped',
      error: 'Its vendor could not be told: The ledger says unavailable.',
    })
  })

  it('ends with the integration: the vendor is told when it is removed', async () => {
    const { id } = await connected()
    expect((await gateway.call('DELETE', `/integrations/${id}`)).status).toBe(204)
    expect(ledger.account.hooks.size).toBe(0)
    expect(ledger.open).toBe(0)
    expect((await gateway.call('GET', `/integrations/${id}`)).status).toBe(404)
    expect((await kinds()).at(-1)).toBe('integration.deleted')
  })
})

describe('the lists of an account', () => {
  it('are read once an hour, and at once when that is asked for', async () => {
    const { id } = await connected()
    const read = async (query = '') => (await gateway.call('GET', `/integrations/${id}/lists${query}`)).body
    const first = await read()
    expect(first).toMatchObject({ ...ledger.account.lists, readAt: gateway.clock.now().toISOString() })
    expect(ledger.count('lists')).toBe(1)
    ledger.account.lists.users.push({ id: 'u3', name: 'Nina' })
    expect(await read()).toEqual(first)
    expect((await read('?refresh=true')).users).toHaveLength(3)
    gateway.clock.advance(3_600_000)
    await read()
    expect(ledger.count('lists')).toBe(3)
  })

  it('stay as they were while the vendor does not answer, unless new ones are wanted', async () => {
    const { id } = await connected()
    gateway.clock.advance(3_600_000)
    ledger.faults.push({ kind: 'refused', code: 'unavailable' }, { kind: 'refused', code: 'unavailable' })
    expect((await gateway.call('GET', `/integrations/${id}/lists`)).status).toBe(200)
    expect((await gateway.call('GET', `/integrations/${id}/lists?refresh=true`)).status).toBe(503)
  })

  it('are what a mapping is checked against when it is saved', async () => {
    const { id } = await connected()
    const mapping = { deal: [{ ours: 'name', theirs: 'nmae' }] }
    const { status, body } = await gateway.call('PATCH', `/integrations/${id}`, { mapping })
    expect([status, body.errors[0].path]).toEqual([400, 'mapping.deal[0].theirs'])
    expect(body.errors[0].message).toContain('"nmae"')
  })
})

describe('the hook of an integration', () => {
  const hook = async () => {
    const [request] = ledger.account.outbox.splice(0, 1)
    const { url, method, headers, body } = request!
    return gateway.app.request(url.pathname, { method, headers, body: body as Uint8Array<ArrayBuffer> })
  }
  const heard = () =>
    fresh.db.query('select integration_id, entity, external_id, deleted from crm_heard order by external_id')

  it('stores what was heard before the vendor is answered, and wakes whoever reads it anew', async () => {
    const { id } = await connected()
    ledger.account.add('contact', { name: 'Anna' })
    expect((await hook()).status).toBe(200)
    expect(await heard()).toEqual([{ integration_id: id, entity: 'contact', external_id: 'c1', deleted: false }])
    expect(gateway.handed.crms).toEqual([id])
  })

  it('takes nothing that the vendor did not send', async () => {
    const { hookUrl } = await connected()
    const forged = await gateway.app.request(new URL(hookUrl).pathname, { method: 'POST', body: '{"heard":[]}' })
    expect(forged.status).toBe(401)
    expect(await heard()).toEqual([])
  })

  it('is found although another process made the integration, and gone once it is switched off', async () => {
    const context = { projectId: gateway.projectId, now: gateway.clock.now(), by: { kind: 'system' as const } }
    const { id, hookId } = await fresh.db.transaction((tx) =>
      createIntegration(tx, context, { kind: 'ledger', name: 'books' }, gateway.services),
    )
    ledger.account.hooks.add(`https://bot.example.com/hooks/${hookId}`)
    ledger.account.add('contact', { name: 'Anna' })
    expect((await hook()).status).toBe(200)
    await gateway.call('PATCH', `/integrations/${id}`, { enabled: false })
    ledger.account.add('contact', { name: 'Boris' })
    expect((await hook()).status).toBe(404)
    expect(await heard()).toHaveLength(1)
  })
})
