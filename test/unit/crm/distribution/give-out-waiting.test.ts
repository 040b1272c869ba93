import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { assignConversation } from '../../../../src/conversations/assign-conversation.ts'
import { createDeal } from '../../../../src/crm/create-deal.ts'
import { createPipeline } from '../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../src/crm/create-spot.ts'
import { deleteRule } from '../../../../src/crm/distribution/delete-rule.ts'
import { giveOutWaiting } from '../../../../src/crm/distribution/give-out-waiting.ts'
import { releaseClient } from '../../../../src/crm/distribution/release-client.ts'
import { getDeal } from '../../../../src/crm/get-deal.ts'
import { updateDeal } from '../../../../src/crm/update-deal.ts'
import { VirtualClock } from '../../../../src/platform/clock.ts'
import { createLog } from '../../../../src/platform/log.ts'
import { setShift } from '../../../../src/team/set-shift.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { type Desk, noon, openDesk } from './desk.ts'

let fresh: FreshDatabase
let desk: Desk
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  desk = await openDesk(fresh.db)
})
afterAll(() => fresh.drop())

const giveOut = (at = noon) => giveOutWaiting(fresh.db, new VirtualClock(at), createLog('silent'))

describe('when nobody is available', () => {
  it('a conversation waits, which is recorded once, and is given out when a shift starts', async () => {
    const anna = await desk.operator('Anna', { onShift: false })
    const rule = await desk.rule()
    const clients = [await desk.conversation(), await desk.conversation()]
    for (const client of [...clients, clients[0]!]) expect(await desk.give(client)).toBeUndefined()
    expect(await desk.changesOf('conversation.waiting_for_operator')).toEqual([
      { kind: 'conversation.waiting_for_operator', data: { rule: { id: rule.id, name: 'Turns' } } },
      { kind: 'conversation.waiting_for_operator', data: { rule: { id: rule.id, name: 'Turns' } } },
    ])
    expect(await giveOut()).toBe(0)
    await desk.run(setShift, { operatorId: anna.id, onShift: true })
    expect(await giveOut()).toBe(2)
    expect(await giveOut()).toBe(0)
    for (const { conversationId } of clients) expect(await desk.assigneeOf(conversationId)).toBe(anna.id)
  })

  it('what cannot be given out keeps nothing else waiting', async () => {
    const anna = await desk.operator('Anna', { onShift: false })
    await desk.rule()
    const [cursed, other] = [await desk.conversation(), await desk.conversation()]
    for (const client of [cursed, other]) await desk.give(client)
    await desk.run(setShift, { operatorId: anna.id, onShift: true })
    await fresh.db.query(
      `create function refuse_assignment() returns trigger as $$ begin raise exception 'cursed'; end $$ language plpgsql`,
    )
    await fresh.db.query(
      `create trigger refuse before update on conversations for each row when (old.id = ${cursed.conversationId}) execute function refuse_assignment()`,
    )
    try {
      expect(await giveOut()).toBe(1)
      expect(await desk.assigneeOf(other.conversationId)).toBe(anna.id)
    } finally {
      await fresh.db.query('drop function refuse_assignment cascade')
    }
    expect(await giveOut()).toBe(1)
  })

  it('what waits longest is given out first, when working hours begin too', async () => {
    await desk.operator('Anna', { workingHours: { 1: [['18:00', '20:00']] } })
    const boris = await desk.operator('Boris', { workingHours: { 1: [['18:00', '20:00']] } })
    await desk.rule({ operatorIds: [boris.id] })
    const clients = [await desk.conversation(), await desk.conversation(), await desk.conversation()]
    for (const client of clients) await desk.give(client)
    expect(await giveOut(new Date('2026-11-02T14:59:59Z'))).toBe(0)
    expect(await giveOut(new Date('2026-11-02T15:00:00Z'))).toBe(3)
    const assigned = await fresh.db.query<{ conversation_id: number }>(
      `select conversation_id from changes where kind = 'conversation.assigned' order by id`,
    )
    expect(assigned.map((row) => row.conversation_id)).toEqual(clients.map(({ conversationId }) => conversationId))
  })

  it('what somebody took, or released, waits no more', async () => {
    const anna = await desk.operator('Anna', { onShift: false })
    await desk.rule()
    const [taken, released, left] = [await desk.conversation(), await desk.conversation(), await desk.conversation()]
    for (const client of [taken, released, left]) await desk.give(client)
    await desk.run(assignConversation, { conversationId: taken.conversationId, operatorId: anna.id })
    await desk.run(assignConversation, { conversationId: taken.conversationId, operatorId: null })
    await desk.run(releaseClient, released)
    await desk.run(setShift, { operatorId: anna.id, onShift: true })
    expect(await giveOut()).toBe(1)
    expect(await desk.assigneeOf(taken.conversationId)).toBeNull()
    expect(await desk.assigneeOf(released.conversationId)).toBeNull()
    expect(await desk.assigneeOf(left.conversationId)).toBe(anna.id)
  })

  it('one rule without anybody holds up no other', async () => {
    const [anna, boris] = [await desk.operator('Anna'), await desk.operator('Boris', { onShift: false })]
    await desk.rule({ name: 'Boris only', isDefault: false, operatorIds: [boris.id] })
    await desk.rule({ name: 'Anna only', isDefault: false, operatorIds: [anna.id] })
    const first = await desk.conversation()
    await desk.give(first, { name: 'Boris only' })
    await desk.run(setShift, { operatorId: anna.id, onShift: false })
    const second = await desk.conversation()
    await desk.give(second, { name: 'Anna only' })
    await desk.run(setShift, { operatorId: anna.id, onShift: true })
    expect(await giveOut()).toBe(1)
    expect(await desk.assigneeOf(first.conversationId)).toBeNull()
    expect(await desk.assigneeOf(second.conversationId)).toBe(anna.id)
  })

  it('what waits for a rule that was taken away is given out by the one that counts then', async () => {
    const anna = await desk.operator('Anna')
    const boris = await desk.operator('Boris', { onShift: false })
    const rule = await desk.rule({ operatorIds: [boris.id] })
    const client = await desk.conversation()
    await desk.give(client)
    await desk.run(deleteRule, { ruleId: rule.id })
    expect(await giveOut()).toBe(1)
    expect(await desk.assigneeOf(client.conversationId)).toBe(anna.id)
  })

  it('who has the conversation keeps it', async () => {
    const anna = await desk.operator('Anna', { onShift: false })
    await desk.rule()
    const { conversationId } = await desk.conversation()
    await desk.run(assignConversation, { conversationId, operatorId: anna.id })
    expect(await desk.give({ conversationId })).toBeUndefined()
    expect(await desk.assigneeOf(conversationId)).toBe(anna.id)
    expect(await desk.changesOf('conversation.waiting_for_operator')).toEqual([])
  })
})

describe('deals', () => {
  let contactId: number
  beforeEach(async () => {
    const { id: spotId } = await desk.run(createSpot, { name: 'Moscow' })
    await desk.run(createPipeline, { spotId, name: 'Sales' })
    contactId = (await desk.conversation()).contactId
  })
  const responsible = async (dealId: number) =>
    (await getDeal(fresh.db, desk.work.projectId, dealId)).deal.responsibleId

  it('are given out alone, and wait when nobody is available', async () => {
    const anna = await desk.operator('Anna', { onShift: false })
    await desk.rule()
    const [first, taken, gone] = [
      await desk.run(createDeal, { contactId, name: 'First' }),
      await desk.run(createDeal, { contactId, name: 'Taken' }),
      await desk.run(createDeal, { contactId, name: 'Gone' }),
    ]
    for (const { id } of [first, taken, gone]) expect(await desk.give({ dealId: id })).toBeUndefined()
    expect(await desk.changesOf('deal.waiting_for_operator')).toHaveLength(3)
    await desk.run(updateDeal, { dealId: taken.id, responsibleId: anna.id })
    await desk.run(updateDeal, { dealId: taken.id, responsibleId: null })
    await fresh.db.query('delete from deals where id = $1', [gone.id])
    await desk.run(setShift, { operatorId: anna.id, onShift: true })
    expect(await giveOut()).toBe(1)
    expect(await responsible(first.id)).toBe(anna.id)
    expect(await responsible(taken.id)).toBeNull()
    expect(await fresh.db.query('select id from waiting_for_operator')).toEqual([])
  })
})
