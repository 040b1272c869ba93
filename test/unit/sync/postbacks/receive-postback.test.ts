import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { identitiesOf } from '../../../../src/contacts/contacts.store.ts'
import { createContact } from '../../../../src/contacts/create-contact.ts'
import { countContacts } from '../../../../src/contacts/filters/list-contacts.store.ts'
import { getContact } from '../../../../src/contacts/get-contact.ts'
import type { PostbackMapping } from '../../../../src/sync/postbacks/postback.ts'
import { recordedChanges } from '../../../project.ts'
import { mapping, type PostbackRoom, postbackRoom, refusal } from './postback-room.ts'

let room: PostbackRoom
beforeAll(async () => {
  room = await postbackRoom()
})
beforeEach(() => room.clear())
afterAll(() => room.fresh.drop())

describe('a call', () => {
  it('adds the contact that its body tells of', async () => {
    const { call, calls } = await room.make()
    const body = { user: { phone: '8 916 123-45-67', tg: 77 }, tags: ['lead', 'site'], car: { year: '2020' } }
    const { contactId, created } = await call(body)
    expect(created).toBe(true)
    expect(await getContact(room.fresh.db, room.context.projectId, contactId)).toMatchObject({
      firstName: 'friend',
      phone: '+79161234567',
      labels: ['lead', 'site'],
      attributes: { year: 2020 },
    })
    expect((await identitiesOf(room.fresh.db, [contactId])).get(contactId)).toEqual([
      { kind: 'telegram', value: '77' },
      { kind: 'phone', value: '+79161234567' },
    ])
    expect(await calls()).toMatchObject([{ contactId, status: 201, error: null, body }])
  })

  it('updates the contact that the first finder finds', async () => {
    const byMail = await room.run(createContact, { fields: { firstName: 'Anna', email: 'anna@example.com' } })
    await room.run(createContact, { fields: { phone: '+79161234567' } })
    const { call } = await room.make({ mapping: { ...mapping, findBy: ['email', 'phone'] } })
    const { contactId, created } = await call({
      user: { name: 'Anne', phone: '+79161234567', mail: 'ANNA@example.com' },
      tags: 'lead',
    })
    expect({ contactId, created }).toEqual({ contactId: byMail.id, created: false })
    expect(await getContact(room.fresh.db, room.context.projectId, contactId)).toMatchObject({
      firstName: 'Anne',
      phone: '+79161234567',
      labels: ['lead'],
    })
    expect((await recordedChanges(room.fresh.db)).at(-2)).toEqual({
      kind: 'contact.updated',
      data: { fields: { firstName: ['Anna', 'Anne'], phone: [null, '+79161234567'] } },
    })
  })

  it('takes a form, and values that are absent change nothing', async () => {
    const form: PostbackMapping = {
      fields: [
        { from: "$['phone']", to: 'phone' },
        { from: '$.city', to: 'last_name' },
      ],
      findBy: ['phone'],
    }
    const { call } = await room.make({ mapping: form })
    const { contactId } = await call({ phone: '+79161234567', city: 'Tver' })
    await call({ phone: '+79161234567', city: null })
    await call({ phone: '+79161234567' })
    expect((await getContact(room.fresh.db, room.context.projectId, contactId)).lastName).toBe('Tver')
  })

  it('with faults names each field and the JSONPath, keeps nothing but the call', async () => {
    const { call, calls } = await room.make()
    const body = { user: { phone: 'call me', mail: { at: 'home' } }, car: { year: 'old' }, tags: ['x'.repeat(200)] }
    const refused = await refusal(call(body))
    expect(refused?.code).toBe('invalid')
    expect(refused?.faults).toEqual([
      { path: 'phone', message: expect.stringMatching(/"call me" is not a phone number.*\(from \$\.user\.phone\)$/) },
      { path: 'email', message: expect.stringContaining('(from $.user.mail)') },
      { path: 'label', message: expect.stringContaining('(from $.tags)') },
      { path: 'attributes.year', message: expect.stringMatching(/expected a number.*\(from \$\.car\.year\)$/) },
    ])
    expect(await countContacts(room.fresh.db, { ...room.context, further: [] }, {})).toEqual({ count: 0, more: false })
    expect(await calls()).toMatchObject([{ status: 422, error: refused?.message, contactId: null, body }])
  })

  it('that tells nothing to find the contact by says what was expected', async () => {
    const { call } = await room.make()
    const refused = await refusal(call({ user: { name: 'Anna' } }))
    expect(refused?.message).toContain(
      'identity.telegram (from $.user.tg) or phone (from $.user.phone) or email (from $.user.mail)',
    )
  })

  it.each([[null], ['text'], [undefined]])('with the body %j is refused', async (body) => {
    const { call, calls } = await room.make()
    expect((await refusal(call(body)))?.message).toContain('The body is not an object; expected JSON')
    expect(await calls()).toHaveLength(1)
  })

  it('with a large body is refused, and one with NUL characters is not', async () => {
    const { call, calls } = await room.make()
    expect(await refusal(call({ user: { phone: '+79161234567', name: 'x'.repeat(70_000) } }))).toMatchObject({
      code: 'too_large',
    })
    const { contactId } = await call({ user: { phone: '+79161234567', name: 'An\0na', '\0': 1, path: 'C:\\u0000' } })
    expect((await getContact(room.fresh.db, room.context.projectId, contactId)).firstName).toBe('Anna')
    expect((await calls()).map(({ status }) => status)).toEqual([201, 413])
    expect((await calls())[0]?.body).toEqual({
      user: { phone: '+79161234567', name: 'Anna', '': 1, path: 'C:\\u0000' },
    })
  })

  it('with a key is answered once, however often it comes, also at the same time', async () => {
    const { call, calls } = await room.make()
    const body = { user: { phone: '+79161234567' }, tags: ['lead'] }
    const answers = await Promise.all(Array.from({ length: 5 }, () => call(body, 'order-1')))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ created: true })
    expect(await calls()).toHaveLength(1)
    expect(await call(body, 'order-2')).toMatchObject({ created: false })
    expect((await recordedChanges(room.fresh.db)).filter(({ kind }) => kind === 'contact.created')).toHaveLength(1)
  })

  it('that failed may be tried again with its key', async () => {
    const { call } = await room.make()
    await refusal(call({ user: { phone: 'x' } }, 'order-1'))
    expect(await call({ user: { phone: '+79161234567' } }, 'order-1')).toMatchObject({ created: true })
  })

  it('is kept among the last fifty, and longer when it has a key', async () => {
    const { call, calls } = await room.make()
    await call({ user: { phone: '+79161234567' } }, 'order-1')
    for (let index = 0; index < 55; index++) await call({ user: { phone: '+79161234567' }, index })
    const kept = await calls()
    expect(kept).toHaveLength(51)
    expect(kept.at(-1)?.idempotencyKey).toBe('order-1')
    expect((kept.at(-2)!.body as { index: number }).index).toBe(5)
  })

  it('makes one contact of twenty at the same time', async () => {
    const { call } = await room.make()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        call({
          user: index % 2 ? { phone: '+79161234567', mail: 'a@b.co' } : { mail: 'a@b.co', phone: '89161234567' },
        }),
      ),
    )
    expect(new Set(answers.map(({ contactId }) => contactId)).size).toBe(1)
  })
})
