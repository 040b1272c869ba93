import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createContact } from '../../../../src/contacts/create-contact.ts'
import { getContact } from '../../../../src/contacts/get-contact.ts'
import { linkedContactIds } from '../../../../src/contacts/links/links.store.ts'
import type { PostbackMapping } from '../../../../src/sync/postbacks/postback.ts'
import { recordedChanges } from '../../../project.ts'
import { mapping, type PostbackRoom, postbackRoom, refusal } from './postback-room.ts'

let room: PostbackRoom
beforeAll(async () => {
  room = await postbackRoom()
})
beforeEach(() => room.clear())
afterAll(() => room.fresh.drop())

const contact = (id: number) => getContact(room.fresh.db, room.context.projectId, id)
const created = async () =>
  (await recordedChanges(room.fresh.db)).filter(({ kind }) => kind === 'contact.created').length

describe('when fields find different contacts', () => {
  const people = async () => ({
    telegram: await room.run(createContact, { identities: [{ kind: 'telegram', value: '77' }] }),
    phone: await room.run(createContact, { fields: { phone: '+79161234567' } }),
  })
  const body = { user: { tg: '77', phone: '+79161234567', name: 'Anna' } }

  it('the first one wins where nothing else is asked', async () => {
    const { telegram, phone } = await people()
    const { call } = await room.make()
    expect(await call(body)).toEqual({ contactId: telegram.id, created: false })
    expect((await contact(phone.id)).firstName).toBeNull()
    expect(await linkedContactIds(room.fresh.db, room.context.projectId, telegram.id)).toEqual([])
  })

  it('the call can be refused, naming whom each field found', async () => {
    const { telegram, phone } = await people()
    const { call, calls } = await room.make({ mapping: { ...mapping, whenDifferent: 'refuse' } })
    const refused = await refusal(call(body))
    expect(refused).toMatchObject({
      code: 'conflict',
      faults: [
        { path: 'identity.telegram', message: `belongs to contact ${telegram.id}` },
        { path: 'phone', message: `belongs to contact ${phone.id}` },
      ],
    })
    expect((await contact(telegram.id)).firstName).toBeNull()
    expect(await calls()).toMatchObject([{ error: refused?.message, contactId: null }])
    expect(await call({ user: { tg: '77', mail: 'new@example.com' } })).toMatchObject({ contactId: telegram.id })
  })

  it('the cards can be linked as one person', async () => {
    const { telegram, phone } = await people()
    const { call } = await room.make({ mapping: { ...mapping, whenDifferent: 'link' } })
    expect(await call(body)).toEqual({ contactId: telegram.id, created: false })
    expect(await linkedContactIds(room.fresh.db, room.context.projectId, telegram.id)).toEqual([phone.id])
    await call(body)
    expect((await recordedChanges(room.fresh.db)).filter(({ kind }) => kind === 'contact.linked')).toHaveLength(1)
  })
})

describe('when nobody is found', () => {
  it('a postback that makes no contacts answers that there is none, and does nothing', async () => {
    const { call, calls } = await room.make({ mapping: { ...mapping, whenNobody: 'refuse' } })
    expect(await refusal(call({ user: { phone: '+79161234567' } }))).toMatchObject({
      code: 'not_found',
      message: 'No contact has this phone, and this postback makes none.',
    })
    expect(await created()).toBe(0)
    expect(await calls()).toMatchObject([{ status: 404, contactId: null }])
    const { id } = await room.run(createContact, { fields: { phone: '+79161234567' } })
    expect(await call({ user: { phone: '+79161234567' } })).toEqual({ contactId: id, created: false })
  })

  it('a body without anything to find by is let pass where that is asked', async () => {
    const { call, calls } = await room.make({ mapping: { ...mapping, whenNothing: 'ignore' } })
    expect(await call({ test: 'test' }, 'ping')).toEqual({ ignored: true })
    expect(await call({ test: 'test' }, 'ping')).toEqual({ ignored: true })
    expect(await created()).toBe(0)
    expect(await calls()).toMatchObject([{ status: 200, error: null }])
    expect((await refusal(call({ user: { phone: 'call me' } })))?.faults[0]?.path).toBe('phone')
  })
})

describe('the number of a contact', () => {
  const byNumber: PostbackMapping = {
    fields: [
      { from: '$.id', to: 'id' },
      { from: '$.tg', to: 'identity.telegram' },
      { from: '$.name', to: 'first_name' },
    ],
    findBy: ['id', 'identity.telegram'],
  }

  it('finds it, as an answer has told it', async () => {
    const { call } = await room.make({ mapping: byNumber })
    const { contactId } = await call({ tg: 77, name: 'Anna' })
    expect(await call({ id: contactId, name: 'Anne' })).toEqual({ contactId, created: false })
    expect((await contact(contactId)).firstName).toBe('Anne')
  })

  it('makes nobody when it is wrong', async () => {
    const { call } = await room.make({ mapping: byNumber })
    expect(await refusal(call({ id: 4711, tg: 77 }))).toMatchObject({ code: 'not_found' })
    expect(await refusal(call({ id: 'x', tg: 77 }))).toMatchObject({ code: 'invalid', faults: [{ path: 'id' }] })
    expect(await created()).toBe(0)
  })
})

describe('what a contact has already', () => {
  const fill: PostbackMapping = {
    fields: [
      { from: '$.phone', to: 'phone' },
      { from: '$.name', to: 'first_name' },
      { from: '$.city', to: 'last_name', existing: 'overwrite' },
      { from: '$.year', to: 'attributes.year' },
    ],
    findBy: ['phone'],
    existing: 'fill_empty',
  }

  it('stays where only empty fields are filled, except of a field that says otherwise', async () => {
    const { id } = await room.run(createContact, {
      fields: { phone: '+79161234567', firstName: 'Anna', lastName: 'Moscow' },
    })
    const { call } = await room.make({ mapping: fill })
    await call({ phone: '+79161234567', name: 'Somebody', city: 'Tver', year: 2020 })
    expect(await contact(id)).toMatchObject({ firstName: 'Anna', lastName: 'Tver', attributes: { year: 2020 } })
    await call({ phone: '+79161234567', year: 1999 })
    expect((await contact(id)).attributes).toEqual({ year: 2020 })
  })
})
