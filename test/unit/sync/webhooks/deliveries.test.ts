import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addNote } from '../../../../src/contacts/add-note.ts'
import { createContact } from '../../../../src/contacts/create-contact.ts'
import { createDeal } from '../../../../src/crm/create-deal.ts'
import { updateDeal } from '../../../../src/crm/update-deal.ts'
import { replayDeliveries } from '../../../../src/sync/webhooks/replay-deliveries.ts'
import { type DeliveryFilter, listDeliveries } from '../../../../src/sync/webhooks/webhook-deliveries.store.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { makeProject } from '../../../project.ts'
import { guarded, openStage, type Stage, senderOf } from './stage.ts'

let fresh: FreshDatabase
let stage: Stage
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  stage = await openStage(fresh)
})
afterEach(() => stage.receiver.close())
afterAll(() => fresh.drop())

const list = async (filter: DeliveryFilter) => (await listDeliveries(fresh.db, stage.context.projectId, filter)).items

/** A delivery that is dead, as its address may not be reached. */
async function deadDelivery() {
  await stage.run(addNote, { contactId: stage.contactId, text: 'Hi' })
  const delivery = (await stage.deliver()).at(-1)!
  await stage.attempt(delivery, senderOf(fresh.db, stage.clock, guarded))
  return delivery
}

describe('the list of deliveries', () => {
  it('is narrowed by webhook, status, kind, contact, deal and time, and paged from the newest on', async () => {
    const { contactId, clock } = stage
    await stage.subscribe({ name: 'deals', kinds: ['deal.*'] })
    await stage.subscribe({ name: 'notes', kinds: ['note.added'] })
    const start = clock.now()
    const other = await stage.run(createContact, { fields: { firstName: 'Boris' } })
    const deal = await stage.run(createDeal, { contactId, name: 'Lada' })
    await stage.run(createDeal, { contactId: other.id, name: 'Niva' })
    await stage.deliver()
    clock.advance(60_000)
    await stage.run(updateDeal, { dealId: deal.id, budget: 7 })
    await stage.run(addNote, { contactId: other.id, text: 'Hi' })
    const waiting = await stage.deliver()
    await stage.attempt(waiting.at(-1)!)

    const shown = async (filter: DeliveryFilter) =>
      (await list(filter)).map(({ kind, contactId: of }) => `${kind} ${of}`)
    const all = [
      `note.added ${other.id}`,
      `deal.updated ${contactId}`,
      `deal.created ${other.id}`,
      `deal.created ${contactId}`,
    ]
    expect(await shown({})).toEqual(all)
    expect(await shown({ webhookId: 2 })).toEqual(all.slice(0, 1))
    expect(await shown({ status: 'sent' })).toEqual(all.slice(0, 1))
    expect(await shown({ kind: 'deal.created' })).toEqual(all.slice(2))
    expect(await shown({ kind: 'deal.*' })).toEqual(all.slice(1))
    expect(await shown({ contactId: other.id })).toEqual([all[0], all[2]])
    expect(await shown({ dealId: deal.id })).toEqual([all[1], all[3]])
    expect(await shown({ from: clock.now() })).toEqual(all.slice(0, 2))
    expect(await shown({ from: start, to: clock.now() })).toEqual(all.slice(2))
    const page = await listDeliveries(fresh.db, stage.context.projectId, { limit: 3 })
    expect(page.items).toHaveLength(3)
    expect(await shown({ limit: 3, cursor: page.nextCursor! })).toEqual(all.slice(3))
    expect((await listDeliveries(fresh.db, stage.context.projectId + 1, {})).items).toEqual([])
  })
})

describe('replay', () => {
  it('sends one dead delivery again under its first id, and keeps what was tried', async () => {
    await stage.subscribe()
    const dead = await deadDelivery()
    expect(await stage.run(replayDeliveries, { deliveryId: dead.id })).toEqual({ replayed: 1 })
    const [again] = await stage.waiting()
    expect(again).toMatchObject({ id: dead.id, attempts: 1 })
    await stage.attempt(again!)
    expect(stage.receiver.requests[0]!.headers['webhook-id']).toBe(`dlv_${dead.id}`)
    expect(await list({})).toMatchObject([
      {
        id: dead.id,
        status: 'sent',
        attempts: [
          { number: 1, outcome: 'dead', status: null, response: null },
          { number: 2, outcome: 'sent', status: 200 },
        ],
      },
    ])
  })

  it('gives a delivery that was given up all its patience again', async () => {
    await stage.subscribe()
    const dead = await deadDelivery()
    stage.clock.advance(30 * 86_400_000)
    await stage.run(replayDeliveries, { deliveryId: dead.id })
    stage.receiver.answer(500)
    expect(await stage.attempt((await stage.waiting())[0]!)).toMatchObject({ outcome: 'retry' })
  })

  it('sends all dead ones of a subscription, in a range of time, or also those that arrived', async () => {
    const { webhook } = await stage.subscribe()
    const start = stage.clock.now()
    await deadDelivery()
    stage.clock.advance(60_000)
    const second = await deadDelivery()
    const webhookId = webhook.id
    const from = new Date(start.getTime() + 30_000)
    expect(await stage.run(replayDeliveries, { webhookId, to: start })).toEqual({ replayed: 0 })
    expect(await stage.run(replayDeliveries, { webhookId, from })).toEqual({ replayed: 1 })
    const waiting = await stage.waiting()
    expect(waiting.map(({ id }) => id)).toEqual([second.id])
    expect(await list({ webhookId, status: 'dead' })).toHaveLength(1)

    await stage.attempt(waiting[0]!)
    expect(await stage.run(replayDeliveries, { webhookId, which: 'dead', from })).toEqual({ replayed: 0 })
    expect(await stage.run(replayDeliveries, { webhookId, which: 'all', from })).toEqual({ replayed: 1 })
    await expect(stage.run(replayDeliveries, { webhookId, which: 'all' })).rejects.toThrow('needs "from"')
  })

  it('refuses one that still waits, one of another project, and a subscription that is off', async () => {
    const { webhook } = await stage.subscribe()
    await stage.run(addNote, { contactId: stage.contactId, text: 'Hi' })
    const [waiting] = await stage.deliver()
    await expect(stage.run(replayDeliveries, { deliveryId: waiting!.id })).rejects.toThrow('is not over yet')
    const other = await makeProject(fresh.db)
    await expect(
      fresh.db.transaction((tx) => replayDeliveries(tx, other, { deliveryId: waiting!.id })),
    ).rejects.toThrow('There is no webhook delivery')
    await stage.update(webhook.id, { enabled: false })
    await expect(stage.run(replayDeliveries, { webhookId: webhook.id })).rejects.toThrow(
      '"crm" is switched off; switch it on first',
    )
  })
})
