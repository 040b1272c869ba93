import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { type WebhookQueues, webhookQueues } from '../../../../src/compose/webhook-queues.ts'
import { addNote } from '../../../../src/contacts/add-note.ts'
import { createContact } from '../../../../src/contacts/create-contact.ts'
import { createDeal } from '../../../../src/crm/create-deal.ts'
import { updateDeal } from '../../../../src/crm/update-deal.ts'
import { runTogether } from '../../../../src/platform/database/statement.ts'
import {
  insertAttempts,
  noteResults,
  noteStarts,
  readPending,
} from '../../../../src/platform/deliveries/deliveries.store.ts'
import { Dispatcher } from '../../../../src/platform/deliveries/dispatcher.ts'
import { createLog } from '../../../../src/platform/log.ts'
import { createMicroBatch } from '../../../../src/platform/micro-batch.ts'
import type { ChangePayload } from '../../../../src/sync/webhooks/change-payload.ts'
import { deleteWebhook } from '../../../../src/sync/webhooks/delete-webhook.ts'
import { testWebhook } from '../../../../src/sync/webhooks/test-webhook.ts'
import { insertWebhookDeliveries } from '../../../../src/sync/webhooks/webhook-deliveries.store.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { type Receiver, startReceiver } from './receiver.ts'
import { openStage, type Stage } from './stage.ts'

let fresh: FreshDatabase
let stage: Stage
let dispatcher: Dispatcher
let queues: WebhookQueues
let second: Receiver
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  stage = await openStage(fresh)
  second = await startReceiver()
  dispatcher = startDispatcher()
  queues = webhookQueues(fresh.db, dispatcher, 'test')
  await queues.takeOver()
})
afterEach(async () => {
  await dispatcher.stop(1000)
  await Promise.all([stage.receiver.close(), second.close()])
})
afterAll(() => fresh.drop())

/** A dispatcher with the database behind it, as the message path notes for it. */
function startDispatcher(): Dispatcher {
  const { clock, sender } = stage
  const notes = createMicroBatch<'notes'>(100, async () => {
    const taken = made.takeNotes()
    await fresh.db.transaction(async (tx) => {
      await runTogether(tx, [
        noteStarts(taken.starts, 'test'),
        noteResults(taken.results, clock.now(), 'test'),
        insertAttempts(taken.results),
      ])
      await sender.settle!(tx, taken.results, () => undefined)
    })
    made.noted(taken)
  })
  const made = new Dispatcher({
    clock,
    log: createLog('silent'),
    sendsInFlight: 1,
    sendTimeoutMs: 30_000,
    senders: [sender],
    readPending: (queue, after, limit) => readPending(fresh.db, queue, after, limit, 'test'),
    onNotes: () => void notes.add('notes'),
  })
  return made
}

/** Time passes, as the program sees it, which looks twice a second. */
async function pass(ms: number): Promise<void> {
  stage.clock.advance(ms)
  await queues.look()
  dispatcher.tick()
}
const bodies = (receiver: Receiver) => receiver.requests.map(({ body }) => JSON.parse(body) as ChangePayload)
const openDeliveries = async () => (await stage.waiting()).length
const minute = 60_000

it('gives a receiver that was down for hours everything as soon as it is back, once, and in an order it can restore', async () => {
  const { contactId, receiver } = stage
  await stage.subscribe({ kinds: ['deal.*', 'note.added'] })
  receiver.answer(503)
  const deals: number[] = []
  for (const name of ['Lada', 'Niva', 'Oka']) deals.push((await stage.run(createDeal, { contactId, name })).id)
  for (let budget = 1; budget <= 5; budget++) {
    for (const dealId of deals) await stage.run(updateDeal, { dealId, budget })
    if (budget === 3) await stage.run(addNote, { contactId, text: 'in between' })
    await stage.deliver()
    await pass(40 * minute)
    await vi.waitFor(() => expect(receiver.requests.length).toBeGreaterThanOrEqual(budget))
  }
  // What is newer of a deal waits behind what is older.
  expect(bodies(receiver).some(({ type }) => type === 'deal.updated')).toBe(false)
  const before = receiver.requests.length

  receiver.answer(200)
  await pass(17 * minute)
  await vi.waitFor(async () => expect(await openDeliveries()).toBe(0), { timeout: 10_000 })
  const arrived = receiver.requests.slice(before)
  expect(arrived).toHaveLength(3 + 15 + 1)
  expect(new Set(arrived.map(({ headers }) => headers['webhook-id'])).size).toBe(arrived.length)

  // What the receiver is told to do: of each key it keeps the greatest sequence, whatever comes in between.
  const shuffled = bodies({ ...receiver, requests: [...arrived].reverse() })
  const kept = new Map<string, ChangePayload>()
  for (const payload of shuffled) {
    const { key, sequence } = payload.ordering!
    if (sequence > (kept.get(key)?.ordering?.sequence ?? 0)) kept.set(key, payload)
  }
  expect(deals.map((id) => kept.get(`deal:${id}`)?.data.deal?.budget)).toEqual([5, 5, 5])
  // And one that wants every step sorts them.
  const steps = shuffled
    .filter(({ ordering }) => ordering?.key === `deal:${deals[0]}`)
    .sort((a, b) => a.ordering!.sequence - b.ordering!.sequence)
    .map(({ data }) => (data.change.fields as Record<string, [unknown, unknown]> | undefined)?.budget?.[1])
  expect(steps).toEqual([undefined, 1, 2, 3, 4, 5])
}, 30_000)

it('lets a receiver that hangs hold up no other, and gives it no more than its places', async () => {
  const { receiver } = stage
  await stage.subscribe({ name: 'slow', kinds: ['note.added'] })
  await stage.subscribe({ name: 'quick', kinds: ['note.added'], url: second.url })
  let release = () => {}
  receiver.hold(
    new Promise((resolve) => {
      release = resolve
    }),
  )
  for (let index = 0; index < 20; index++) {
    const { id } = await stage.run(createContact, { fields: { firstName: `Person ${index}` } })
    await stage.run(addNote, { contactId: id, text: 'Hi' })
  }
  await stage.deliver()
  await pass(0)
  await vi.waitFor(() => expect(second.requests).toHaveLength(20), { timeout: 10_000 })
  expect(receiver.requests).toHaveLength(8)
  release()
  await vi.waitFor(() => expect(receiver.requests).toHaveLength(20), { timeout: 10_000 })
}, 30_000)

it('asks a receiver that fails one thing at a time', async () => {
  const { receiver } = stage
  await stage.subscribe({ kinds: ['note.added'] })
  receiver.answer(500)
  await stage.run(addNote, { contactId: stage.contactId, text: 'Hi' })
  await stage.deliver()
  await pass(0)
  const failed = () => fresh.db.query('select 1 from delivery_attempts')
  await vi.waitFor(async () => expect(await failed()).toHaveLength(1))
  receiver.hold(new Promise(() => {}))
  for (let index = 0; index < 5; index++) {
    const { id } = await stage.run(createContact, { fields: { firstName: `Person ${index}` } })
    await stage.run(addNote, { contactId: id, text: 'Hi' })
  }
  await stage.deliver()
  await pass(0)
  await vi.waitFor(() => expect(receiver.requests).toHaveLength(2))
  await pass(6 * minute)
  expect(receiver.requests).toHaveLength(2)
}, 30_000)

it('sends nothing to a subscription that is off, and what waited when it is on again', async () => {
  const { receiver } = stage
  const { webhook } = await stage.subscribe({ kinds: ['note.added'] })
  receiver.answer(410)
  await stage.run(addNote, { contactId: stage.contactId, text: 'one' })
  await stage.run(addNote, { contactId: stage.contactId, text: 'two' })
  await stage.deliver()
  await pass(0)
  await vi.waitFor(async () => expect(await openDeliveries()).toBe(1))
  await vi.waitFor(async () => {
    await pass(500)
    expect(dispatcher.owns(`webhooks:${webhook.id}`)).toBe(false)
  })
  receiver.answer(200)
  await pass(60 * minute)
  expect(receiver.requests).toHaveLength(1)

  await stage.update(webhook.id, { enabled: true })
  await pass(0)
  await vi.waitFor(() => expect(bodies(receiver).at(-1)?.data.change.text).toBe('two'), { timeout: 10_000 })
  await vi.waitFor(async () => {
    await pass(500)
    // Nothing waits there: nothing is asked for it any more.
    expect(dispatcher.owns(`webhooks:${webhook.id}`)).toBe(false)
  })
}, 30_000)

it('ends what was on its way to a subscription that was removed, however that attempt ends', async () => {
  const { receiver } = stage
  const { webhook } = await stage.subscribe({ kinds: ['note.added'] })
  let release = () => {}
  receiver.answer(500)
  receiver.hold(
    new Promise((resolve) => {
      release = resolve
    }),
  )
  await stage.run(addNote, { contactId: stage.contactId, text: 'Hi' })
  await stage.deliver()
  await pass(0)
  await vi.waitFor(() => expect(receiver.requests).toHaveLength(1))
  await stage.run(deleteWebhook, { webhookId: webhook.id })
  await pass(500)
  release()
  await vi.waitFor(
    async () => {
      await pass(5000)
      expect(await openDeliveries()).toBe(0)
    },
    { timeout: 10_000 },
  )
  expect(receiver.requests).toHaveLength(1)
}, 30_000)

it('sends a test at once, however much waits for the receiver already', async () => {
  const { contactId, receiver } = stage
  const { webhook } = await stage.subscribe({ kinds: ['note.added'] })
  receiver.answer(503)
  await stage.run(addNote, { contactId, text: 'Hi' })
  const [first] = await stage.deliver()
  const draft = { ...first!, webhookId: webhook.id, changeId: 1, contactId, dealId: null }
  await fresh.db.transaction((tx) =>
    insertWebhookDeliveries(
      tx,
      Array.from({ length: 600 }, () => ({ ...draft, payload: () => first!.payload as ChangePayload })),
      stage.clock.now(),
    ),
  )
  await pass(0)
  await vi.waitFor(() => expect(receiver.requests).toHaveLength(1))
  receiver.answer(200)
  await pass(1000)
  const { deliveryId } = await stage.run(testWebhook, { webhookId: webhook.id })
  await queues.wakeAll()
  await vi.waitFor(() => expect(receiver.requests.at(-1)?.headers['webhook-id']).toBe(`dlv_${deliveryId}`), {
    timeout: 10_000,
  })
}, 30_000)
