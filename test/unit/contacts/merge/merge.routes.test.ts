import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { type TestGateway, testGateway } from '../../../gateway.ts'

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

describe('merges over the API', () => {
  it('are previewed, made, listed, previewed back and undone', async () => {
    const one = await make({ firstName: 'Anna', phone: '+79161234567', labels: ['a'] })
    const two = await make({ firstName: 'Anya', email: 'anna@example.com', labels: ['b'], attributes: {} })
    const preview = await gateway.call('POST', `/contacts/${one}/merge-preview`, { contactId: two })
    expect(preview).toMatchObject({
      status: 200,
      body: {
        survivor: { id: one },
        second: { id: two },
        fields: expect.arrayContaining([
          { field: 'firstName', survivor: 'Anna', second: 'Anya', choice: 'survivor', differs: true },
          { field: 'email', survivor: null, second: 'anna@example.com', choice: 'second', differs: false },
        ]),
        labels: ['a', 'b'],
        has: { survivor: { identities: 1 }, second: { identities: 1 } },
      },
    })
    const choices = { firstName: 'second' }
    const merged = await gateway.call('POST', `/contacts/${one}/merge`, { contactId: two, choices })
    expect(merged).toMatchObject({
      status: 201,
      body: {
        merge: { survivorId: one, mergedId: two, choices, undoneAt: null },
        contact: { id: one, firstName: 'Anya', email: 'anna@example.com', labels: ['a', 'b'] },
      },
    })
    const { id } = merged.body.merge
    expect((await gateway.call('GET', `/contacts/${two}`)).body.id).toBe(one)
    expect((await gateway.call('PATCH', `/contacts/${two}`, { lastName: 'K' })).body).toMatchObject({ id: one })
    expect((await gateway.call('GET', `/merges?contactId=${two}`)).body.items).toMatchObject([{ id }])
    expect((await gateway.call('GET', `/merges/${id}/undo-preview`)).body).toMatchObject({
      obstacle: null,
      goes: { identities: 1 },
      stays: {},
    })
    expect((await gateway.call('POST', `/merges/${id}/undo`)).body).toMatchObject({
      merge: { undoneAt: expect.any(String) },
      survivor: { id: one, firstName: 'Anna', lastName: 'K', email: null, labels: ['a'] },
      restored: { id: two, firstName: 'Anya', lastName: null, labels: ['b'] },
    })
    expect((await gateway.call('GET', `/merges/${id}/undo-preview`)).body.obstacle).toContain('undone already')
  })

  it('that cannot be are refused with what is wrong', async () => {
    const one = await make({})
    const two = await make({})
    const call = (body: object, id = one) => gateway.call('POST', `/contacts/${id}/merge`, body)
    expect(await call({ contactId: one })).toMatchObject({ status: 409 })
    expect(await call({ contactId: 99 })).toMatchObject({ status: 404 })
    expect(await call({ contactId: two, choices: { firstName: 'mine' } })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'choices.firstName' }] },
    })
    expect(await call({ contactId: two, choices: { nose: 'second' } })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'choices.nose', message: expect.stringContaining('nothing to choose') }] },
    })
    expect(await gateway.call('POST', '/merges/7/undo')).toMatchObject({ status: 404 })
    const reader = await gateway.makeKey('read')
    expect((await gateway.call('POST', `/contacts/${one}/merge`, { contactId: two }, reader)).status).toBe(403)
  })

  it('of another project are not seen', async () => {
    const one = await make({})
    const two = await make({})
    const { merge } = (await gateway.call('POST', `/contacts/${one}/merge`, { contactId: two })).body
    const other = await testGateway(fresh.db)
    expect((await other.call('POST', `/merges/${merge.id}/undo`)).status).toBe(404)
    expect((await other.call('GET', '/merges')).body.items).toEqual([])
    const mine = (await other.call('POST', '/contacts', {})).body.id
    expect((await other.call('POST', `/contacts/${mine}/merge`, { contactId: one })).status).toBe(404)
    expect((await other.call('POST', `/contacts/${mine}/links`, { contactId: one })).status).toBe(404)
  })
})

describe('linked cards and twins over the API', () => {
  it('a suggestion is accepted as a link, and taken back', async () => {
    const one = await make({ username: 'anna' })
    const two = await make({ username: 'Anna' })
    const group = { reason: 'username', value: 'anna', contactIds: [one, two], count: 2 }
    expect((await gateway.call('GET', '/twins')).body).toEqual({ items: [group], nextCursor: null })
    const twin = { contactId: two, reason: 'username', value: 'anna' }
    expect((await gateway.call('GET', `/contacts/${one}/twins`)).body).toEqual({ items: [twin] })
    expect(await gateway.call('POST', `/contacts/${one}/links`, { contactId: two })).toMatchObject({
      status: 200,
      body: { items: [{ id: two }] },
    })
    expect((await gateway.call('GET', `/contacts/${two}/links`)).body.items).toMatchObject([{ id: one }])
    expect((await gateway.call('GET', '/twins')).body.items).toEqual([])
    expect((await gateway.call('DELETE', `/contacts/${one}/links`)).status).toBe(204)
    expect((await gateway.call('GET', `/contacts/${two}/links`)).body.items).toEqual([])
  })

  it('a suggestion is dismissed', async () => {
    const one = await make({ username: 'anna' })
    const two = await make({ username: 'Anna' })
    expect((await gateway.call('POST', `/contacts/${two}/twins/dismiss`, { contactId: one })).status).toBe(204)
    expect((await gateway.call('GET', `/contacts/${one}/twins`)).body.items).toEqual([])
    expect((await gateway.call('GET', '/twins')).body.items).toEqual([])
  })
})
