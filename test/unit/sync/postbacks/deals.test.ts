import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createPipeline } from '../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../src/crm/create-spot.ts'
import { dealView } from '../../../../src/crm/deal.ts'
import { findDeal, listDeals } from '../../../../src/crm/deals.store.ts'
import { moveDeal } from '../../../../src/crm/move-deal.ts'
import type { PostbackMapping } from '../../../../src/sync/postbacks/postback.ts'
import { type PostbackRoom, postbackRoom, refusal } from './postback-room.ts'

let room: PostbackRoom
beforeAll(async () => {
  room = await postbackRoom()
})
beforeEach(() => room.clear())
afterAll(() => room.fresh.drop())

beforeEach(async () => {
  const spot = await room.run(createSpot, { name: 'Moscow' })
  await room.run(createPipeline, {
    spotId: spot.id,
    name: 'Sales',
    stages: [{ name: 'New' }, { name: 'Paid' }],
  })
})

const mapping: PostbackMapping = {
  fields: [
    { from: '$.phone', to: 'phone' },
    { from: '$.title', to: 'deal.name' },
    { from: '$.sum', to: 'deal.budget' },
    { from: '$.currency', to: 'deal.currency' },
    { from: '$.note', to: 'deal.description' },
    { from: '$.status', to: 'deal.stage' },
    { from: '$.order', to: 'deal.variables.order_id' },
  ],
  findBy: ['phone'],
}
const phone = '+79161234567'
const deal = async (id: number | undefined) => {
  const found = await findDeal(room.fresh.db, room.context.projectId, id!)
  return dealView(found!.deal, found!.place)
}
const count = async () => (await listDeals(room.fresh.db, room.context.projectId, {})).items.length

describe('the deal of a postback', () => {
  it('is made of what the body says, and changed by the next call', async () => {
    const { call } = await room.make({ mapping })
    const first = await call({ phone, title: 'A car', sum: '1 500 000,50', currency: 'rub', note: 'red', order: 7 })
    expect(await deal(first.dealId)).toMatchObject({
      name: 'A car',
      budget: 1_500_000.5,
      currency: 'RUB',
      description: 'red',
      variables: { order_id: 7 },
      contactId: first.contactId,
      stage: { name: 'New' },
    })
    const second = await call({ phone, sum: 90, status: 'Paid' })
    expect(second).toEqual({ contactId: first.contactId, created: false, dealId: first.dealId })
    expect(await deal(first.dealId)).toMatchObject({ name: 'A car', budget: 90, stage: { name: 'Paid' } })
  })

  it('is not touched by a body that says nothing of it', async () => {
    const { call } = await room.make({ mapping })
    expect(await call({ phone })).not.toHaveProperty('dealId')
    expect(await count()).toBe(0)
  })

  it('is a new one with each call where that is asked, named and placed by the postback', async () => {
    const rule = { rule: 'new', name: 'Order', stage: 'Paid' } as const
    const { call } = await room.make({ mapping: { ...mapping, deal: rule } })
    const { dealId } = await call({ phone })
    expect(await deal(dealId)).toMatchObject({ name: 'Order', stage: { name: 'Paid' } })
    await call({ phone })
    expect(await count()).toBe(2)
  })

  it('is only changed, never made, where that is asked', async () => {
    const { call } = await room.make({ mapping: { ...mapping, deal: { rule: 'current' } } })
    expect(await call({ phone, sum: 5 })).not.toHaveProperty('dealId')
    expect(await count()).toBe(0)
  })

  it('is the one that a variable tells, also after it was closed', async () => {
    const rules: PostbackMapping = { ...mapping, deal: { rule: 'new', findBy: 'order_id' } }
    const { call } = await room.make({ mapping: rules })
    const seven = await call({ phone, order: '7', title: 'Seven' })
    const eight = await call({ phone, order: '8', title: 'Eight' })
    expect(eight.dealId).not.toBe(seven.dealId)
    await room.run(moveDeal, { dealId: seven.dealId!, stage: 'Won' })
    expect(await call({ phone, order: 7, sum: 10 })).toMatchObject({ dealId: seven.dealId })
    expect(await deal(seven.dealId)).toMatchObject({ name: 'Seven', budget: 10 })
    expect(await count()).toBe(2)
  })

  it('is told again to a call that is repeated', async () => {
    const { call } = await room.make({ mapping: { ...mapping, deal: { rule: 'new' } } })
    const answer = await call({ phone, sum: 5 }, 'order-1')
    expect(answer.dealId).toBeGreaterThan(0)
    expect(await call({ phone, sum: 5 }, 'order-1')).toEqual(answer)
    expect(await count()).toBe(1)
  })

  it('with a wrong value or stage refuses the call, and no contact is made', async () => {
    const { call } = await room.make({ mapping })
    expect((await refusal(call({ phone, sum: 'much', currency: 'roubles' })))?.faults).toEqual([
      { path: 'deal.budget', message: expect.stringContaining('"much" cannot be kept here; expected an amount') },
      { path: 'deal.currency', message: expect.stringContaining('(from $.currency)') },
    ])
    const unknown = await refusal(call({ phone, status: 'Shipped' }))
    expect(unknown?.faults).toEqual([
      { path: 'deal.stage', message: expect.stringContaining('"Shipped" does not exist: expected one of "') },
    ])
    expect(await refusal(call({ phone, sum: 1 }))).toBeUndefined()
    expect(await count()).toBe(1)
  })

  it('cannot be set up with a place or a finder that does not exist', async () => {
    const deal = { spot: 'Berlin', findBy: 'number' }
    expect((await refusal(room.make({ mapping: { ...mapping, deal } })))?.faults).toEqual([
      { path: 'mapping.deal.findBy', message: 'no field goes to "deal.variables.number"; add one' },
      { path: 'mapping.deal.spot', message: '"Berlin" does not exist: expected one of "Moscow"' },
    ])
  })
})
