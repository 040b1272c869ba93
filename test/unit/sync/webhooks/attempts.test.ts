import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addNote } from '../../../../src/contacts/add-note.ts'
import type { Delivery } from '../../../../src/platform/deliveries/delivery.ts'
import { createVault } from '../../../../src/platform/secrets.ts'
import { deleteWebhook } from '../../../../src/sync/webhooks/delete-webhook.ts'
import { getWebhook } from '../../../../src/sync/webhooks/get-webhook.ts'
import { listDeliveries } from '../../../../src/sync/webhooks/webhook-deliveries.store.ts'
import { waitAt, webhookRetryDelaysMs } from '../../../../src/sync/webhooks/webhook-patience.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { recordedChanges } from '../../../project.ts'
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

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const makeWaiting = async (): Promise<Delivery> => {
  await stage.run(addNote, { contactId: stage.contactId, text: 'Hi' })
  return (await stage.deliver()).at(-1)!
}
const state = (webhookId: number) => getWebhook(fresh.db, stage.context.projectId, webhookId)
const waitOf = async (delivery: Delivery) => {
  const outcome = await stage.attempt(delivery)
  return outcome.outcome === 'retry' ? outcome.dueAt.getTime() - stage.clock.now().getTime() : undefined
}

describe('an attempt', () => {
  it.each([300, 404, 500, 503])('that is answered %i is tried again', async (status) => {
    await stage.subscribe()
    stage.receiver.answer(status)
    expect(await stage.attempt(await makeWaiting())).toMatchObject({
      outcome: 'retry',
      error: `The receiver answered ${status}; expected 200 to 299.`,
      result: { status },
    })
  })

  it('honours Retry-After in seconds and as a date, for a day at most', async () => {
    await stage.subscribe()
    const delivery = await makeWaiting()
    const wait = (header: string) => {
      stage.receiver.answer(429, { 'retry-after': header })
      return waitOf(delivery)
    }
    expect(await wait('120')).toBe(120_000)
    expect(await wait('9999999')).toBe(day)
    expect(await wait(new Date(stage.clock.now().getTime() + minute).toUTCString())).toSatisfy(
      (ms: number) => ms > 58_000 && ms <= minute,
    )
    expect(await wait('soon')).toBeLessThan(6000)
  })

  it('is not made without pause because a receiver always asks for the next one at once', async () => {
    await stage.subscribe()
    const delivery = await makeWaiting()
    stage.receiver.answer(503, { 'retry-after': '0' })
    const waits: (number | undefined)[] = []
    for (let count = 0; count < 12; count++) waits.push(await waitOf(delivery))
    expect(waits.map((ms) => ms! / 1000)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900])
  })

  it('is the last one when its time is over, also where the receiver asks for another', async () => {
    await stage.subscribe()
    const delivery = await makeWaiting()
    stage.receiver.answer(503, { 'retry-after': '60' })
    stage.clock.advance(3 * day)
    expect(await waitOf(delivery)).toBe(minute)
    stage.clock.advance(day)
    expect(await stage.attempt(delivery)).toMatchObject({
      outcome: 'dead',
      error: 'The receiver answered 503; expected 200 to 299. (given up after 2 attempts)',
    })
  })

  it('that is redirected ends, and names the address', async () => {
    await stage.subscribe()
    stage.receiver.answer(307, { location: '/elsewhere' })
    expect(await stage.attempt(await makeWaiting())).toMatchObject({
      outcome: 'dead',
      error: expect.stringMatching(
        /redirects to http:.*elsewhere; expected the subscription to name that address itself/,
      ),
    })
    expect(stage.receiver.requests.map(({ path }) => path)).toEqual(['/hook'])
  })

  it('at a private address ends with a clear error', async () => {
    await stage.subscribe()
    expect(await stage.attempt(await makeWaiting(), senderOf(fresh.db, stage.clock, guarded))).toMatchObject({
      outcome: 'dead',
      error: expect.stringContaining('"127.0.0.1" is'),
      result: { status: null, request: { method: 'POST' }, response: null },
    })
    expect(stage.receiver.requests).toEqual([])
  })

  it('whose secrets cannot be opened by the key of this start is tried again', async () => {
    await stage.subscribe()
    const delivery = await makeWaiting()
    const lost = createVault('the key of somebody else')
    expect(await stage.attempt(delivery, senderOf(fresh.db, stage.clock, guarded, lost))).toMatchObject({
      outcome: 'retry',
      error: expect.stringContaining('was sealed with another key'),
    })
    expect(await stage.attempt(delivery)).toMatchObject({ outcome: 'sent' })
  })

  it('at a closed port is tried again', async () => {
    await stage.subscribe({ url: 'http://127.0.0.1:1/' })
    expect(await stage.attempt(await makeWaiting())).toMatchObject({
      outcome: 'retry',
      error: expect.stringContaining('ECONNREFUSED'),
    })
  })

  it('of what has waited longest comes again soon, of the others later and later, until their time is over', async () => {
    await stage.subscribe()
    stage.receiver.answer(500)
    await makeWaiting()
    const [oldest, other] = [await makeWaiting(), await makeWaiting()].map((delivery) => delivery)
    const first = (await stage.waiting())[0]!
    stage.clock.advance(3 * hour)
    expect(await waitOf(first)).toBeLessThan(17 * minute)
    expect(await waitOf(oldest!)).toBeGreaterThan(4 * hour)
    stage.clock.advance(3 * day)
    expect(await stage.attempt(other!)).toMatchObject({
      outcome: 'retry',
    })
    stage.clock.advance(day)
    expect(await stage.attempt(other!)).toMatchObject({
      outcome: 'dead',
      error: 'The receiver answered 500; expected 200 to 299. (given up after 2 attempts)',
    })
  })

  it('of a subscription that was removed ends, and so does what waits', async () => {
    const { webhook } = await stage.subscribe()
    const delivery = await makeWaiting()
    await stage.run(deleteWebhook, { webhookId: webhook.id })
    expect(await stage.waiting()).toEqual([])
    const { items } = await listDeliveries(fresh.db, stage.context.projectId, {})
    expect(items).toMatchObject([{ status: 'dead', error: 'The subscription was removed.' }])
    expect(await stage.attempt(delivery)).toMatchObject({ outcome: 'dead', error: 'The subscription was removed.' })
  })
})

describe('the patience with a receiver', () => {
  it('is of ten attempts over three days, whatever was asked in between', () => {
    expect(webhookRetryDelaysMs.slice(0, 2)).toEqual([5000, 300_000])
    const at = (age: number, isOldest = false) => waitAt(age, { isOldest, random: 0 })
    let age = 0
    const waits: number[] = []
    for (let wait = at(age); wait !== undefined; wait = at(age)) {
      waits.push(wait)
      age += wait
    }
    expect(waits).toEqual(webhookRetryDelaysMs)
    expect(age).toBeGreaterThan(3 * day)
    expect(at(10 * hour, true)).toBe(15 * minute)
    expect(at(4999)).toBe(5000)
    expect(at(4 * day, true)).toBeUndefined()
  })
})

describe('a subscription', () => {
  it('ends when its receiver answers 410: that is told, and what waits goes when it is switched on again', async () => {
    const { webhook } = await stage.subscribe()
    stage.receiver.answer(410)
    const [first, second] = [await makeWaiting(), await makeWaiting()]
    expect(await stage.attempt(first)).toMatchObject({ outcome: 'dead' })
    const reason = 'The receiver answered 410: it wants to hear no more.'
    expect(await state(webhook.id)).toMatchObject({ enabled: false, disabledReason: reason })
    expect(await recordedChanges(fresh.db)).toMatchObject([
      { kind: 'webhook.disabled', data: { webhookId: webhook.id, name: 'crm', reason } },
      { kind: 'operator.notified', data: { kind: 'webhook' } },
    ])
    const operatorId = stage.context.by.kind === 'operator' ? stage.context.by.id : 0
    expect(await fresh.db.query('select operator_id, kind, text from operator_notices')).toEqual([
      {
        operator_id: operatorId,
        kind: 'webhook',
        text: `The webhook "crm" was switched off. ${reason} What waits for it is sent when it is switched on again.`,
      },
    ])
    // An attempt that was on its way already is put off, not lost.
    expect(await stage.attempt(second)).toMatchObject({
      outcome: 'retry',
      error: 'The subscription "crm" is switched off.',
    })
    expect(stage.receiver.requests).toHaveLength(1)

    stage.clock.advance(4 * day)
    stage.receiver.answer(200)
    expect(await stage.update(webhook.id, { enabled: true })).toMatchObject({ disabledReason: null })
    const waiting = await stage.waiting()
    expect(waiting).toMatchObject([{ id: second.id, dueAt: stage.clock.now() }])
    expect(await stage.attempt(waiting[0]!)).toMatchObject({ outcome: 'sent' })
  })

  it('ends after five days without an attempt that succeeds', async () => {
    const { webhook } = await stage.subscribe()
    const delivery = await makeWaiting()
    stage.receiver.answer(500)
    await stage.attempt(delivery)
    const since = stage.clock.now()
    stage.clock.advance(2 * day)
    await stage.attempt(delivery)
    expect(await state(webhook.id)).toMatchObject({ enabled: true, failingSince: since })
    stage.receiver.answer(204)
    await stage.attempt(delivery)
    expect((await state(webhook.id)).failingSince).toBeNull()
    stage.receiver.answer(500)
    await stage.attempt(await makeWaiting())
    stage.clock.advance(5 * day)
    // Nothing may have been sent all the while: that one thing fails now says little.
    const next = await makeWaiting()
    for (let count = 0; count < 3; count++) {
      await stage.attempt(next)
      expect(await state(webhook.id)).toMatchObject({ enabled: true })
    }
    await stage.attempt(next)
    expect(await state(webhook.id)).toMatchObject({
      enabled: false,
      disabledReason: expect.stringContaining('answered 500'),
    })
    expect(await stage.update(webhook.id, { enabled: true })).toMatchObject({
      disabledReason: null,
      failingSince: null,
    })
  })

  it('ends likewise where no attempt can succeed', async () => {
    const { webhook } = await stage.subscribe()
    stage.receiver.answer(307, { location: '/elsewhere' })
    await stage.attempt(await makeWaiting())
    stage.clock.advance(5 * day)
    await stage.attempt(await makeWaiting())
    expect(await state(webhook.id)).toMatchObject({ enabled: false })
  })
})
