import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { mapping, type PostbackRoom, postbackRoom, refusal } from './postback-room.ts'

let room: PostbackRoom
beforeAll(async () => {
  room = await postbackRoom()
})
beforeEach(() => room.clear())
afterAll(() => room.fresh.drop())

const user = { phone: '+79161234567' }

describe('what tells a repeated call', () => {
  it('may stand in the body', async () => {
    const { call, calls } = await room.make({ mapping: { ...mapping, key: '$.order.id' } })
    const first = await call({ user, order: { id: 17 } })
    expect(first.created).toBe(true)
    expect(await call({ user, order: { id: '17' } })).toEqual(first)
    expect(await call({ user, order: { id: 18 } })).toMatchObject({ created: false })
    expect((await calls()).map((one) => one.idempotencyKey)).toEqual(['18', '17'])
  })

  it('may stand in a header of any name', async () => {
    const { send } = await room.make({ mapping: { ...mapping, key: 'header:X-Request-Id' } })
    const body = JSON.stringify({ user })
    const first = await send({ body, headers: { 'x-request-id': 'r1' } })
    expect(await send({ body, headers: { 'x-request-id': 'r1' } })).toEqual(first)
    expect(await send({ body, headers: { 'x-request-id': 'r2' } })).toMatchObject({ created: false })
  })

  it('is the header of that purpose where the body has none', async () => {
    const { call } = await room.make({ mapping: { ...mapping, key: '$.order.id' } })
    const first = await call({ user }, 'a')
    expect(await call({ user }, 'a')).toEqual(first)
    expect(await call({ user }, 'b')).toMatchObject({ created: false })
  })

  it('is refused where it cannot be one', async () => {
    const { call } = await room.make({ mapping: { ...mapping, key: '$.order' } })
    expect((await refusal(call({ user, order: { id: 1 } })))?.message).toContain('$.order is empty or too long')
    expect((await refusal(call({ user, order: 'x'.repeat(256) })))?.message).toContain('expected 1 to 255 characters')
    expect((await refusal(call({ user }, 'x'.repeat(256))))?.message).toContain('Idempotency-Key is empty or too long')
    const faulty = await refusal(room.make({ name: 'other', mapping: { ...mapping, key: 'order.id' } }))
    expect(faulty?.faults).toEqual([{ path: 'mapping.key', message: expect.stringContaining('expected a JSONPath') }])
  })
})
