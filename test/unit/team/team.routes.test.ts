import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadVariables } from '../../../src/team/load-variables.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { type TestGateway, testGateway } from '../../gateway.ts'

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

describe('the project', () => {
  it('is read and changed field by field', async () => {
    const hours = { 1: [['09:00', '18:00']] }
    const changed = await gateway.call('PATCH', '/project', { name: 'North Cars', workingHours: hours })
    expect(changed).toMatchObject({
      status: 200,
      body: { name: 'North Cars', timeZone: 'Europe/Moscow', workingHours: hours },
    })
    expect((await gateway.call('GET', '/project')).body).toEqual(changed.body)
  })

  it('names every wrong field and what is expected', async () => {
    const { status, body } = await gateway.call('PATCH', '/project', {
      timeZone: 'Moscow',
      country: 'Russia',
      workingHours: { 1: [['18:00', '18:00']] },
      nmae: 'x',
    })
    expect(status).toBe(400)
    expect(body.errors).toEqual([
      { path: 'timeZone', message: 'expected an IANA time zone such as Europe/Moscow' },
      { path: 'country', message: 'expected a country of two capital letters such as RU' },
      { path: 'workingHours.1[0]', message: 'expected two different times' },
      { path: 'nmae', message: 'is not known here; remove it or correct its name' },
    ])
  })
})

describe('project variables', () => {
  it('show a plain value and keep a secret one to themselves', async () => {
    await gateway.call('PUT', '/variables/city', { value: 'Moscow' })
    const secret = await gateway.call('PUT', '/variables/crm_key', { value: 's3cr3t-value', secret: true })
    expect(secret.body).toMatchObject({ name: 'crm_key', value: null, secret: true })

    const { body } = await gateway.call('GET', '/variables')
    expect(body.items).toMatchObject([
      { name: 'city', value: 'Moscow', secret: false },
      { name: 'crm_key', value: null, secret: true },
    ])
    const stored = await fresh.db.query('select * from project_variables')
    expect(JSON.stringify(stored)).not.toContain('s3cr3t-value')
    const changes = await fresh.db.query('select data from changes')
    expect(JSON.stringify(changes)).not.toContain('s3cr3t-value')
  })

  it('are opened for flows, and the secret values are named', async () => {
    await gateway.call('PUT', '/variables/city', { value: 'Moscow' })
    await gateway.call('PUT', '/variables/crm_key', { value: 's3cr3t-value', secret: true })
    const loaded = await loadVariables(fresh.db, gateway.services.vault, gateway.projectId)
    expect(loaded).toEqual({ values: { city: 'Moscow', crm_key: 's3cr3t-value' }, secrets: ['s3cr3t-value'] })
  })

  it('are replaced and taken away', async () => {
    await gateway.call('PUT', '/variables/city', { value: 'Moscow', secret: true })
    await gateway.call('PUT', '/variables/city', { value: 'Kazan' })
    expect((await gateway.call('GET', '/variables')).body.items).toMatchObject([{ value: 'Kazan', secret: false }])
    expect((await gateway.call('DELETE', '/variables/city')).status).toBe(204)
    expect((await gateway.call('DELETE', '/variables/city')).status).toBe(404)
  })

  it('refuse a name that placeholders could not use', async () => {
    const { status, body } = await gateway.call('PUT', '/variables/crm-key', { value: 'x' })
    expect(status).toBe(400)
    expect(body.errors[0].path).toBe('name')
  })
})

describe('operators', () => {
  it('are taken in, changed, listed page by page, and taken out', async () => {
    const made = await gateway.call('POST', '/operators', { name: 'Anna', role: 'manager' })
    expect(made).toMatchObject({ status: 201, body: { name: 'Anna', email: null, role: 'manager', onShift: true } })
    const changed = await gateway.call('PATCH', `/operators/${made.body.id}`, { onShift: false })
    expect(changed.body).toMatchObject({ name: 'Anna', onShift: false })

    const first = await gateway.call('GET', '/operators?limit=1')
    expect(first.body.items).toHaveLength(1)
    const second = await gateway.call('GET', `/operators?limit=1&cursor=${first.body.nextCursor}`)
    expect(second.body).toMatchObject({ items: [{ name: 'Anna' }], nextCursor: null })

    expect((await gateway.call('DELETE', `/operators/${made.body.id}`)).status).toBe(204)
    expect((await gateway.call('GET', `/operators/${made.body.id}`)).status).toBe(404)
  })

  it('of another project cannot be seen', async () => {
    const other = await testGateway(fresh.db)
    const made = await other.call('POST', '/operators', { name: 'Oleg', role: 'owner' })
    expect((await gateway.call('GET', `/operators/${made.body.id}`)).status).toBe(404)
    expect((await gateway.call('PATCH', `/operators/${made.body.id}`, { name: 'Mine' })).status).toBe(404)
  })

  it('behind an API key stay until the key is revoked', async () => {
    const key = await gateway.call('POST', '/api-keys', { name: 'site', access: 'read' })
    const { status, body } = await gateway.call('DELETE', `/operators/${key.body.operatorId}`)
    expect(status).toBe(409)
    expect(body.detail).toContain('revoke the key')
  })
})

describe('API keys', () => {
  it('show themselves once and are kept as a hash', async () => {
    const made = await gateway.call('POST', '/api-keys', { name: 'site', access: 'write' })
    expect(made.status).toBe(201)
    expect(made.body.key).toMatch(/^pk_[\w-]{24}$/)
    expect(made.body.hint).toBe(made.body.key.slice(0, 7))
    const listed = await gateway.call('GET', '/api-keys')
    expect(listed.body.items[0]).toMatchObject({ id: made.body.id, name: 'site', access: 'write', lastUsedAt: null })
    expect(JSON.stringify(listed.body)).not.toContain(made.body.key)
    expect(JSON.stringify(await fresh.db.query('select * from api_keys'))).not.toContain(made.body.key)
  })

  it('act as a service operator of their own', async () => {
    const made = await gateway.call('POST', '/api-keys', { name: 'site', access: 'admin' })
    await gateway.call('PUT', '/variables/city', { value: 'Moscow' }, made.body.key)
    const [change] = await fresh.db.query<{ data: object }>(`select data from changes where kind = 'variable.set'`)
    expect(change!.data).toMatchObject({ by: { kind: 'operator', id: made.body.operatorId } })
    const operator = await gateway.call('GET', `/operators/${made.body.operatorId}`)
    expect(operator.body).toMatchObject({ name: 'site', role: 'service' })
  })

  it('are useless as soon as they are revoked', async () => {
    const made = await gateway.call('POST', '/api-keys', { name: 'site', access: 'read' })
    expect((await gateway.call('GET', '/project', undefined, made.body.key)).status).toBe(200)
    expect((await gateway.call('DELETE', `/api-keys/${made.body.id}`)).body.revokedAt).toBe('2026-11-02T09:00:00.000Z')
    const refused = await gateway.call('GET', '/project', undefined, made.body.key)
    expect(refused.status).toBe(401)
    expect(refused.body.detail).toContain('revoked')
  })

  it('note their last use, at most once a minute', async () => {
    const made = await gateway.call('POST', '/api-keys', { name: 'site', access: 'read' })
    const lastUse = async () => (await gateway.call('GET', '/api-keys')).body.items[0].lastUsedAt
    await gateway.call('GET', '/project', undefined, made.body.key)
    expect(await lastUse()).toBe('2026-11-02T09:00:00.000Z')
    gateway.clock.advance(59_000)
    await gateway.call('GET', '/project', undefined, made.body.key)
    expect(await lastUse()).toBe('2026-11-02T09:00:00.000Z')
    gateway.clock.advance(1_000)
    await gateway.call('GET', '/project', undefined, made.body.key)
    expect(await lastUse()).toBe('2026-11-02T09:01:00.000Z')
  })

  it('may do what their access includes and no more', async () => {
    const [reader, writer] = [await gateway.makeKey('read'), await gateway.makeKey('write')]
    expect((await gateway.call('GET', '/project', undefined, reader)).status).toBe(200)
    expect((await gateway.call('GET', '/project', undefined, writer)).status).toBe(200)
    const refused = await gateway.call('PATCH', '/project', { name: 'x' }, writer)
    expect(refused.status).toBe(403)
    expect(refused.body.detail).toBe('This API key has write access; updateProject needs admin. Use another key.')
  })
})
