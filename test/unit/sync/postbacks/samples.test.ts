import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { getContact } from '../../../../src/contacts/get-contact.ts'
import { readSample } from '../../../../src/sync/postbacks/read-sample.ts'
import { updatePostback } from '../../../../src/sync/postbacks/update-postback.ts'
import { recordedChanges } from '../../../project.ts'
import { type PostbackRoom, postbackRoom, refusal, vault } from './postback-room.ts'

let room: PostbackRoom
beforeAll(async () => {
  room = await postbackRoom()
})
beforeEach(() => room.clear())
afterAll(() => room.fresh.drop())

describe('a postback without a mapping', () => {
  it('listens: bodies are kept, nothing is done, and its address goes on with a mapping made of them', async () => {
    const { postback, call, calls } = await room.make({ mapping: undefined })
    const changes = await recordedChanges(room.fresh.db)
    expect(await call({ client: { phone: '8 916 123-45-67' } }, 'a')).toEqual({ listening: true })
    expect(await call({ client: { phone: '8 916 123-45-67' } }, 'a')).toEqual({ listening: true })
    expect(await recordedChanges(room.fresh.db)).toEqual(changes)
    expect(await calls()).toMatchObject([{ status: 200, contactId: null }, { status: 200 }])

    const sample = await readSample(room.fresh.db, room.context.projectId, { postbackId: postback.id })
    expect(sample.values).toEqual([{ path: '$.client.phone', value: '8 916 123-45-67', suggested: 'phone' }])
    const [{ path, suggested } = { path: '', suggested: null }] = sample.values
    const mapping = { fields: [{ from: path, to: suggested! }], findBy: ['phone'] }
    await room.fresh.db.transaction((tx) =>
      updatePostback(tx, room.context, { postbackId: postback.id, mapping }, vault),
    )
    const { contactId } = await call(sample.body, 'a')
    expect((await getContact(room.fresh.db, room.context.projectId, contactId)).phone).toBe('+79161234567')
  })

  it('listens again when its mapping is taken away', async () => {
    const { postback, call } = await room.make()
    await room.fresh.db.transaction((tx) =>
      updatePostback(tx, room.context, { postbackId: postback.id, mapping: null }, vault),
    )
    expect(await call({ user: { phone: '+79161234567' } })).toEqual({ listening: true })
  })
})

describe('a sample', () => {
  const read = (postbackId: number, callId?: number) =>
    readSample(room.fresh.db, room.context.projectId, { postbackId, callId })

  it('is the last body, or that of a call', async () => {
    const { postback, call, calls, send } = await room.make({ mapping: null })
    expect((await refusal(read(postback.id)))?.message).toContain('has received nothing yet; call its address once')
    await call({ a: 1 })
    await call({ a: 2 })
    await send({ body: '' })
    expect((await read(postback.id)).body).toEqual({ a: 2 })
    const first = (await calls()).at(-1)!
    expect(await read(postback.id, first.id)).toMatchObject({ callId: first.id, body: { a: 1 } })
    expect((await refusal(read(postback.id, 4711)))?.code).toBe('not_found')
  })
})
