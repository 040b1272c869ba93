import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
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

const make = async (input: object) => (await gateway.call('POST', '/contacts', input)).body

describe('contacts over the API', () => {
  it('are made with attributes, labels and identities, read and changed', async () => {
    await gateway.call('POST', '/attributes', { name: 'city', type: 'text' })
    const made = await gateway.call('POST', '/contacts', {
      firstName: 'Anna',
      phone: '8 916 123-45-67',
      attributes: { city: 'Kazan' },
      labels: ['vip'],
      identities: [{ kind: 'telegram', value: '42' }],
    })
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'Anna', phone: '+79161234567', attributes: { city: 'Kazan' }, labels: ['vip'], blocked: null },
    })
    expect(made.body.identities).toEqual(
      expect.arrayContaining([
        { kind: 'telegram', value: '42' },
        { kind: 'phone', value: '+79161234567' },
      ]),
    )
    const changed = await gateway.call('PATCH', `/contacts/${made.body.id}`, {
      lastName: 'Ivanova',
      attributes: { city: null },
    })
    expect(changed.body).toMatchObject({ name: 'Anna Ivanova', attributes: {} })
    expect((await gateway.call('GET', `/contacts/${made.body.id}`)).body).toEqual(changed.body)
  })

  it('are refused with every fault named by its field', async () => {
    const { status, body } = await gateway.call('POST', '/contacts', {
      phone: 'abc',
      email: 'x',
      attributes: { none: 1 },
    })
    expect(status).toBe(400)
    expect(body.errors.map((fault: { path: string }) => fault.path)).toEqual(['phone', 'email', 'attributes.none'])
  })

  it('are found by words and labels, page by page', async () => {
    await make({ firstName: 'Anna', labels: ['vip'] })
    await make({ firstName: 'Boris', labels: ['vip'] })
    await make({ firstName: 'Anton' })
    const names = async (query: string) =>
      (await gateway.call('GET', `/contacts?${query}`)).body.items.map((contact: { name: string }) => contact.name)
    expect(await names('search=an')).toEqual(['Anton', 'Anna'])
    expect(await names('labels=vip')).toEqual(['Boris', 'Anna'])
    const first = await gateway.call('GET', '/contacts?limit=2')
    expect(await names(`limit=2&cursor=${first.body.nextCursor}`)).toEqual(['Anna'])
  })

  it('get labels, lose labels, and are kept out and let in again', async () => {
    const { id } = await make({ firstName: 'Anna', labels: ['new'] })
    const labelled = await gateway.call('POST', `/contacts/${id}/labels`, { add: ['vip'], remove: ['new'] })
    expect(labelled.body.labels).toEqual(['vip'])
    const blocked = await gateway.call('POST', `/contacts/${id}/block`, {
      until: '2026-12-01T00:00:00+03:00',
      reason: 'spam',
    })
    expect(blocked.body.blocked).toMatchObject({ until: '2026-11-30T21:00:00.000Z', reason: 'spam' })
    expect((await gateway.call('POST', `/contacts/${id}/block`, {})).body.blocked.until).toBeNull()
    expect((await gateway.call('POST', `/contacts/${id}/unblock`)).body.blocked).toBeNull()
  })

  it('have notes, of which nobody sees those of another project', async () => {
    const { id } = await make({ firstName: 'Anna' })
    const note = await gateway.call('POST', `/contacts/${id}/notes`, { text: 'Wants red' })
    expect(note).toMatchObject({ status: 201, body: { text: 'Wants red', contactId: id } })
    expect((await gateway.call('GET', `/contacts/${id}/notes`)).body.items).toEqual([note.body])
    const other = await testGateway(fresh.db)
    expect((await other.call('GET', `/contacts/${id}/notes`)).status).toBe(404)
    expect((await other.call('GET', `/contacts/${id}`)).status).toBe(404)
  })
})

describe('custom fields over the API', () => {
  it('are defined, renamed, listed and removed', async () => {
    const made = await gateway.call('POST', '/attributes', { name: 'colour', type: 'choice', choices: ['red', 'blue'] })
    expect(made).toMatchObject({ status: 201, body: { name: 'colour', title: 'colour', choices: ['red', 'blue'] } })
    const changed = await gateway.call('PATCH', `/attributes/${made.body.id}`, { title: 'Colour of the car' })
    expect((await gateway.call('GET', '/attributes')).body.items).toEqual([changed.body])
    expect((await gateway.call('POST', '/attributes', { name: 'colour', type: 'text' })).status).toBe(409)
    expect((await gateway.call('DELETE', `/attributes/${made.body.id}`)).status).toBe(204)
  })
})
