import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { type TestGateway, testGateway } from '../../gateway.ts'
import { recordedChanges } from '../../project.ts'

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

/** What was recorded of contacts and notes after the first contact was made. */
const recorded = async () =>
  (await recordedChanges(fresh.db)).filter(({ kind }) => /^(contact|note)\./.test(kind)).slice(1)
const make = async (input: object): Promise<number> => (await gateway.call('POST', '/contacts', input)).body.id
const add = (id: number, kind: string, value: string, first?: boolean) =>
  gateway.call('POST', `/contacts/${id}/identities`, { kind, value, first })
const remove = (id: number, kind: string, value: string) =>
  gateway.call('DELETE', `/contacts/${id}/identities/${kind}/${encodeURIComponent(value)}`)

describe('the phones and e-mails of a contact', () => {
  it('are several, the first of which stands for the contact', async () => {
    const id = await make({ phone: '+79161234567' })
    const second = await add(id, 'phone', '8 (495) 123-45-67')
    expect(second).toMatchObject({ status: 201, body: { phone: '+79161234567' } })
    expect(second.body.identities).toEqual([
      { kind: 'phone', value: '+79161234567' },
      { kind: 'phone', value: '+74951234567' },
    ])
    expect((await add(id, 'email', 'Anna@Example.com')).body.email).toBe('anna@example.com')
    const first = await add(id, 'phone', '+74951234567', true)
    expect(first.body.phone).toBe('+74951234567')
    expect(await recorded()).toEqual([
      { kind: 'contact.identity_added', data: { identity: { kind: 'phone', value: '+74951234567' } } },
      { kind: 'contact.identity_added', data: { identity: { kind: 'email', value: 'anna@example.com' } } },
      { kind: 'contact.updated', data: { fields: { email: [null, 'anna@example.com'] } } },
      { kind: 'contact.updated', data: { fields: { phone: ['+79161234567', '+74951234567'] } } },
    ])
  })

  it('change nothing when they are added again', async () => {
    const id = await make({ phone: '+79161234567' })
    const before = await recordedChanges(fresh.db)
    expect((await add(id, 'phone', '89161234567', true)).status).toBe(201)
    expect(await recordedChanges(fresh.db)).toEqual(before)
  })

  it('leave their place to the next one when the first is removed, and nothing behind when there is none', async () => {
    const id = await make({ phone: '+79161234567', identities: [{ kind: 'phone', value: '+74951234567' }] })
    expect((await remove(id, 'phone', '+79161234567')).body.phone).toBe('+74951234567')
    const none = await remove(id, 'phone', '8 495 123-45-67')
    expect(none.body).toMatchObject({ phone: null, identities: [] })
    expect(await remove(id, 'phone', '+74951234567')).toMatchObject({ status: 404 })
  })

  it('are read with the country of the contact before that of the project', async () => {
    const id = await make({ country: 'DE', phone: '030 901820' })
    expect((await gateway.call('GET', `/contacts/${id}`)).body.phone).toBe('+4930901820')
    expect((await add(id, 'phone', '030 901821', true)).body.phone).toBe('+4930901821')
    expect((await gateway.call('PATCH', `/contacts/${id}`, { phone: '030 901822' })).body.phone).toBe('+4930901822')
    const abroad = await make({ country: 'US', phone: '8 916 123-45-67' })
    expect((await gateway.call('GET', `/contacts/${abroad}`)).body.phone).toBe('+79161234567')
  })

  it('are refused when another contact has them, which is named', async () => {
    const anna = await make({ firstName: 'Anna', phone: '+79161234567' })
    const id = await make({ firstName: 'Boris' })
    const refused = await add(id, 'phone', '8 916 123-45-67')
    expect(refused).toMatchObject({ status: 409, body: { errors: [{ path: 'value' }] } })
    expect(refused.body.detail).toBe(
      `The phone +79161234567 belongs to contact ${anna} (Anna); merge the two, or remove it there first.`,
    )
  })

  it.each([
    ['phone', '12', undefined, 'value'],
    ['email', 'nobody', undefined, 'value'],
    ['Bad kind', 'x', undefined, 'kind'],
    ['telegram', '77', true, 'first'],
  ])('of kind %s and value %s (first: %s) are refused by %s', async (kind, value, first, path) => {
    const id = await make({ firstName: 'Boris' })
    const refused = await add(id, kind, value, first)
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ path }] } })
  })

  it('of a channel are added and removed too', async () => {
    const id = await make({ firstName: 'Boris' })
    expect((await add(id, 'webchat', '3:visitor:a/b')).body.identities).toEqual([
      { kind: 'webchat', value: '3:visitor:a/b' },
    ])
    expect((await remove(id, 'webchat', '3:visitor:a/b')).body.identities).toEqual([])
  })

  it('go to one of two contacts that want them at the same time', async () => {
    const ids = [await make({ firstName: 'Anna' }), await make({ firstName: 'Boris' })]
    const answers = await Promise.all(ids.map((id) => add(id, 'phone', '+79161234567')))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
  })

  it('of another project cannot be touched', async () => {
    const id = await make({ phone: '+79161234567' })
    const other = await testGateway(fresh.db)
    const path = `/contacts/${id}/identities`
    expect((await other.call('POST', path, { kind: 'phone', value: '+74951234567' })).status).toBe(404)
    expect((await other.call('DELETE', `${path}/phone/%2B79161234567`)).status).toBe(404)
  })
})

describe('notes', () => {
  it('are written anew and taken away, and keep their author', async () => {
    const id = await make({ firstName: 'Anna' })
    const { body: note } = await gateway.call('POST', `/contacts/${id}/notes`, { text: 'Wants red' })
    expect(note.updatedAt).toBeNull()
    gateway.clock.advance(60_000)
    const changed = await gateway.call('PATCH', `/notes/${note.id}`, { text: ' Wants blue ' })
    expect(changed.body).toEqual({
      ...note,
      text: 'Wants blue',
      updatedAt: new Date(Date.parse(note.createdAt) + 60_000).toISOString(),
    })
    expect((await gateway.call('PATCH', `/notes/${note.id}`, { text: ' ' })).body.errors[0].path).toBe('text')
    expect((await gateway.call('DELETE', `/notes/${note.id}`)).status).toBe(204)
    expect((await gateway.call('DELETE', `/notes/${note.id}`)).status).toBe(404)
    expect((await recorded()).slice(1)).toEqual([
      { kind: 'note.updated', data: { noteId: note.id, text: 'Wants blue' } },
      { kind: 'note.deleted', data: { noteId: note.id } },
    ])
  })

  it('of another project are not there', async () => {
    const id = await make({ firstName: 'Anna' })
    const { body: note } = await gateway.call('POST', `/contacts/${id}/notes`, { text: 'Wants red' })
    const other = await testGateway(fresh.db)
    expect((await other.call('PATCH', `/notes/${note.id}`, { text: 'x' })).status).toBe(404)
    expect((await other.call('DELETE', `/notes/${note.id}`)).status).toBe(404)
  })
})
