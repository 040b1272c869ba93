import { Webhook as Verifier } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { addNote } from '../../../../src/contacts/add-note.ts'
import { createContact } from '../../../../src/contacts/create-contact.ts'
import { updateContact } from '../../../../src/contacts/update-contact.ts'
import { createDeal } from '../../../../src/crm/create-deal.ts'
import { createPipeline } from '../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../src/crm/create-spot.ts'
import { deleteDeal } from '../../../../src/crm/delete-deal.ts'
import { moveDeal } from '../../../../src/crm/move-deal.ts'
import { createTask } from '../../../../src/crm/tasks/create-task.ts'
import { deleteTask } from '../../../../src/crm/tasks/delete-task.ts'
import { updateDeal } from '../../../../src/crm/update-deal.ts'
import { readChanges } from '../../../../src/platform/changes.ts'
import { VirtualClock } from '../../../../src/platform/clock.ts'
import type { Tx } from '../../../../src/platform/database/database.ts'
import { runTogether } from '../../../../src/platform/database/statement.ts'
import {
  insertAttempts,
  noteResults,
  noteStarts,
  readPending,
} from '../../../../src/platform/deliveries/deliveries.store.ts'
import type { AttemptOutcome, AttemptResult, Delivery } from '../../../../src/platform/deliveries/delivery.ts'
import { type AppError, messageOf } from '../../../../src/platform/errors.ts'
import { createSafeHttp } from '../../../../src/platform/safe-http/safe-http.ts'
import { createVault } from '../../../../src/platform/secrets.ts'
import type { ChangePayload } from '../../../../src/sync/webhooks/change-payload.ts'
import { createWebhook } from '../../../../src/sync/webhooks/create-webhook.ts'
import { deleteWebhook } from '../../../../src/sync/webhooks/delete-webhook.ts'
import { deliverChanges, webhookQueue } from '../../../../src/sync/webhooks/deliver-changes.ts'
import { getWebhook } from '../../../../src/sync/webhooks/get-webhook.ts'
import { replayDeliveries } from '../../../../src/sync/webhooks/replay-deliveries.ts'
import { rotateWebhookSecret } from '../../../../src/sync/webhooks/rotate-webhook-secret.ts'
import { webhookRetryDelaysMs, webhookSender } from '../../../../src/sync/webhooks/send-webhook.ts'
import { updateWebhook } from '../../../../src/sync/webhooks/update-webhook.ts'
import { listDeliveries } from '../../../../src/sync/webhooks/webhook-deliveries.store.ts'
import type { WorkContext } from '../../../../src/team/context.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { makeProject, recordedChanges } from '../../../project.ts'
import { type Receiver, startReceiver } from './receiver.ts'

const vault = createVault('a key for the tests of webhooks')
const http = createSafeHttp({ allowedPrivateHosts: ['127.0.0.1'] })
const guarded = createSafeHttp({ allowedPrivateHosts: [] })
let fresh: FreshDatabase
let context: WorkContext
let receiver: Receiver
let contactId: number
let clock: VirtualClock
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  // The verifying library knows only the machine's clock.
  clock = new VirtualClock(new Date())
  context = await makeProject(fresh.db, clock.now())
  receiver = await startReceiver()
  const { id: spotId } = await run(createSpot, { name: 'Moscow' })
  await run(createPipeline, { spotId, name: 'Sales', stages: [{ name: 'New' }] })
  contactId = (await run(createContact, { fields: { firstName: 'Anna', phone: '+79161234567' } })).id
  await fresh.db.query('truncate changes')
})
afterEach(() => receiver.close())
afterAll(async () => {
  await Promise.all([http.close(), guarded.close()])
  await fresh.drop()
})

const run = <Input, Result>(verb: (tx: Tx, context: WorkContext, input: Input) => Promise<Result>, input: Input) =>
  fresh.db.transaction((tx) => verb(tx, context, input))
const subscribe = (input: Partial<Parameters<typeof createWebhook>[2]> = {}) =>
  fresh.db.transaction((tx) =>
    createWebhook(tx, context, { name: 'crm', url: receiver.url, kinds: ['*'], ...input }, vault),
  )

/** Makes deliveries of all changes so far, and gives what waits. */
async function deliver(): Promise<Delivery[]> {
  // Other transactions of the server may hold the log's end back for a moment.
  await vi.waitFor(() =>
    fresh.db.transaction(async (tx) => {
      const { changes } = await readChanges(tx, { xact: '0', changeId: 0 }, 1000)
      expect(await tx.query('select id from changes')).toHaveLength(changes.length)
      await deliverChanges(tx, changes, clock.now())
      await tx.query('truncate changes')
    }),
  )
  return readPending(fresh.db, webhookQueue, 0, 1000, 'test')
}

/** One attempt, noted as the dispatcher does. */
async function attempt(delivery: Delivery, client = http): Promise<AttemptOutcome> {
  const sender = webhookSender({ db: fresh.db, vault, http: client, clock })
  const startedAt = clock.now()
  delivery.attempts++
  await fresh.db.transaction((tx) => runTogether(tx, [noteStarts([delivery], 'test')]))
  const outcome = await sender.send(delivery, AbortSignal.timeout(10_000)).then(
    (result): AttemptOutcome => ({ outcome: 'sent', result }),
    (error: AppError): AttemptOutcome => {
      const result = error.detail
      const dueAt = new Date(startedAt.getTime() + (error.retryAfterMs ?? 0))
      return error.retryable
        ? { outcome: 'retry', error: messageOf(error), dueAt, payload: delivery.payload, result }
        : { outcome: 'dead', error: messageOf(error), result }
    },
  )
  const results: AttemptResult[] = [{ delivery, attempt: outcome, startedAt, durationMs: 5 }]
  await fresh.db.transaction(async (tx) => {
    await runTogether(tx, [noteResults(results, startedAt, 'test'), insertAttempts(results)])
    await sender.settle!(tx, results, () => undefined)
  })
  return outcome
}

describe('a subscription', () => {
  it('is refused with what is wrong about its address, kinds and secret', async () => {
    await expect(subscribe({ url: 'ftp://example.com' })).rejects.toThrow(
      'url: expected an address that begins with http:// or https://',
    )
    await expect(subscribe({ url: 'https://me:secret@example.com' })).rejects.toThrow('without user name and password')
    await expect(subscribe({ kinds: ['deals'] })).rejects.toThrow(
      'kinds[0]: expected the kind of a change such as deal.created',
    )
    await expect(subscribe({ kinds: [] })).rejects.toThrow('at least one kind')
    await expect(subscribe({ secret: 'whsec_c2hvcnQ=' })).rejects.toThrow('24 to 64 bytes')
    await subscribe()
    await expect(subscribe()).rejects.toThrow('has a webhook "crm" already')
  })

  it('keeps its secret sealed', async () => {
    const { webhook, secret } = await subscribe()
    expect(JSON.stringify(webhook)).not.toContain(secret.slice(6))
    expect(webhook.secrets).toHaveLength(1)
  })

  it.each([
    [['deal.created'], ['deal.created']],
    [['deal.*'], ['deal.created', 'deal.stage_entered', 'deal.status_changed']],
    [['note.added', 'contact.updated'], ['note.added']],
    [['*'], ['deal.created', 'deal.stage_entered', 'deal.status_changed', 'note.added']],
  ])('to %j hears of %j', async (kinds, heard) => {
    await subscribe({ kinds })
    const deal = await run(createDeal, { contactId, name: 'Lada' })
    await run(moveDeal, { dealId: deal.id, stage: 'Won' })
    await run(addNote, { contactId, text: 'Hi' })
    expect((await deliver()).map(({ payload }) => (payload as ChangePayload).type)).toEqual(heard)
  })

  it('that is switched off or of another project hears nothing', async () => {
    const { webhook } = await subscribe()
    await run(updateWebhook, { webhookId: webhook.id, enabled: false })
    const other = await makeProject(fresh.db)
    await fresh.db.transaction((tx) =>
      createWebhook(tx, other, { name: 'theirs', url: receiver.url, kinds: ['*'] }, vault),
    )
    await run(addNote, { contactId, text: 'Hi' })
    expect(await deliver()).toEqual([])
  })
})

describe('a payload', () => {
  it('holds the whole deal with its contact, and who changed what', async () => {
    await subscribe()
    const deal = await run(createDeal, { contactId, name: 'Lada', budget: 100, currency: 'EUR' })
    await deliver()
    await run(updateDeal, { dealId: deal.id, budget: 200 })
    const payload = (await deliver()).at(-1)!.payload as ChangePayload
    expect(payload).toMatchObject({
      id: expect.stringMatching(/^chg_\d+$/),
      type: 'deal.updated',
      version: 1,
      at: context.now.toISOString(),
      project: { id: context.projectId, name: 'Dealership' },
      data: {
        contact: { id: contactId, firstName: 'Anna', identities: [{ kind: 'phone', value: '+79161234567' }] },
        deal: { id: deal.id, number: 1, budget: 200, version: 2, stage: { name: 'New' }, pipeline: { name: 'Sales' } },
        conversation: null,
        change: { fields: { budget: [100, 200] }, by: context.by },
      },
    })
    expect(payload.truncated).toBeUndefined()
  })

  it('of a change about a task holds the task, until it is deleted', async () => {
    await subscribe({ kinds: ['task.*'] })
    const task = await run(createTask, { name: 'Call', contactId, dueAt: '2030-01-01T09:00:00Z' })
    const [made] = await deliver()
    expect((made!.payload as ChangePayload).data).toMatchObject({
      task: { id: task.id, name: 'Call', status: 'open', dueAt: '2030-01-01T09:00:00.000Z' },
      contact: { id: contactId },
      change: { taskId: task.id },
    })
    await run(deleteTask, { taskId: task.id })
    const deleted = (await deliver())
      .map(({ payload }) => payload as ChangePayload)
      .find(({ type }) => type === 'task.deleted')
    expect(deleted!.data).not.toHaveProperty('task')
    expect(deleted!.data.change).toMatchObject({ task: { name: 'Call' } })
  })

  it('of a deleted deal tells how the deal stood', async () => {
    await subscribe({ kinds: ['deal.deleted'] })
    const deal = await run(createDeal, { contactId, name: 'Car' })
    await run(deleteDeal, { dealId: deal.id })
    const [delivery] = await deliver()
    expect((delivery!.payload as ChangePayload).data).toMatchObject({
      deal: null,
      contact: { id: contactId },
      change: { deal: { id: deal.id, name: 'Car', stage: { name: 'New' } } },
    })
  })

  it('is kept below 20 kB by shortening texts, and leaving values out at last', async () => {
    await subscribe()
    await run(createDeal, { contactId, name: 'Lada', description: 'ж'.repeat(20_000) })
    await run(createDeal, {
      contactId,
      name: 'Niva',
      variables: Object.fromEntries(
        Array.from({ length: 900 }, (_, index) => [`v${index}`, 'a value of some length, repeated']),
      ),
    })
    const [long, wide] = (await deliver()).map(({ payload }) => payload as ChangePayload)
    for (const payload of [long!, wide!]) {
      expect(Buffer.byteLength(JSON.stringify(payload))).toBeLessThan(20_000)
      expect(payload.truncated).toBe(true)
      expect(payload.data.contact!.firstName).toBe('Anna')
    }
    expect(long!.data.deal!.description).toMatch(/^ж+…$/)
    expect(wide!.data.deal).toMatchObject({ name: 'Niva', variables: {} })
  })

  it('lines up with others of its deal or contact', async () => {
    const { webhook } = await subscribe()
    const deal = await run(createDeal, { contactId, name: 'Lada' })
    await run(updateContact, { contactId, fields: { lastName: 'Ek' } })
    await run(updateDeal, { dealId: deal.id, name: 'Niva' })
    expect((await deliver()).map(({ lane }) => lane)).toEqual([
      `webhook:${webhook.id}:deal:${deal.id}`,
      `webhook:${webhook.id}:contact:${contactId}`,
      `webhook:${webhook.id}:deal:${deal.id}`,
    ])
  })
})

describe('an attempt', () => {
  const waiting = async () => {
    await run(addNote, { contactId, text: 'Привет' })
    return (await deliver()).at(-1)!
  }

  it('is signed so that the library of Standard Webhooks accepts it', async () => {
    const { secret } = await subscribe()
    const delivery = await waiting()
    expect(await attempt(delivery)).toMatchObject({ outcome: 'sent', result: { status: 200, response: 'thanks' } })
    const [request] = receiver.requests
    expect(request).toMatchObject({ method: 'POST', path: '/hook' })
    expect(request!.headers).toMatchObject({ 'webhook-id': `dlv_${delivery.id}`, 'content-type': 'application/json' })
    expect(new Verifier(secret).verify(request!.body, request!.headers as Record<string, string>)).toMatchObject({
      type: 'note.added',
    })
    expect(() => new Verifier(secret).verify(`${request!.body} `, request!.headers as Record<string, string>)).toThrow(
      'No matching signature',
    )
  })

  it('is signed with both secrets while one is rotated out, and keeps its id with a new time', async () => {
    const { webhook, secret: oldest } = await subscribe()
    const rotate = () =>
      fresh.db.transaction((tx) => rotateWebhookSecret(tx, context, { webhookId: webhook.id }, vault))
    const { secret: newer } = await rotate()
    const delivery = await waiting()
    receiver.answer(500)
    await attempt(delivery)
    clock.advance(5000)
    receiver.answer(200)
    const { secret: newest } = await rotate()
    await attempt(delivery)
    const [first, second] = receiver.requests.map((request) => ({
      body: request.body,
      headers: request.headers as Record<string, string>,
    }))
    const accepted = (request: typeof first, secret: string) => {
      try {
        return Boolean(new Verifier(secret).verify(request!.body, request!.headers))
      } catch {
        return false
      }
    }
    expect([oldest, newer, newest].map((secret) => accepted(first, secret))).toEqual([true, true, false])
    expect([oldest, newer, newest].map((secret) => accepted(second, secret))).toEqual([false, true, true])
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id'])
    expect(Number(second!.headers['webhook-timestamp']) - Number(first!.headers['webhook-timestamp'])).toBe(5)
  })

  it.each([300, 404, 500, 503])('that is answered %i is tried again', async (status) => {
    await subscribe()
    receiver.answer(status)
    expect(await attempt(await waiting())).toMatchObject({
      outcome: 'retry',
      error: `The receiver answered ${status}; expected 200 to 299.`,
      result: { status },
    })
  })

  it('honours Retry-After in seconds and as a date, for a day at most', async () => {
    await subscribe()
    const delivery = await waiting()
    const wait = async (header: string) => {
      receiver.answer(429, { 'retry-after': header })
      const outcome = await attempt(delivery)
      return outcome.outcome === 'retry' ? outcome.dueAt.getTime() - clock.now().getTime() : undefined
    }
    expect(await wait('120')).toBe(120_000)
    expect(await wait('9999999')).toBe(86_400_000)
    expect(await wait(new Date(clock.now().getTime() + 60_000).toUTCString())).toSatisfy(
      (ms: number) => ms > 58_000 && ms <= 60_000,
    )
    expect(await wait('soon')).toBe(0)
  })

  it('that is redirected ends, and names the address', async () => {
    await subscribe()
    receiver.answer(307, { location: '/elsewhere' })
    expect(await attempt(await waiting())).toMatchObject({
      outcome: 'dead',
      error: expect.stringMatching(
        /redirects to http:.*elsewhere; expected the subscription to name that address itself/,
      ),
    })
  })

  it('at a private address ends with a clear error', async () => {
    await subscribe()
    expect(await attempt(await waiting(), guarded)).toMatchObject({
      outcome: 'dead',
      error: expect.stringContaining('"127.0.0.1" is'),
    })
    expect(receiver.requests).toEqual([])
  })

  it('at a closed port is tried again', async () => {
    await subscribe({ url: 'http://127.0.0.1:1/' })
    expect(await attempt(await waiting())).toMatchObject({
      outcome: 'retry',
      error: expect.stringContaining('ECONNREFUSED'),
    })
  })

  it('that is answered 410 ends the subscription, and that is told', async () => {
    const { webhook } = await subscribe()
    receiver.answer(410)
    const delivery = await waiting()
    expect(await attempt(delivery)).toMatchObject({ outcome: 'dead' })
    expect(await getWebhook(fresh.db, context.projectId, webhook.id)).toMatchObject({
      enabled: false,
      disabledReason: expect.stringContaining('410'),
    })
    expect(await recordedChanges(fresh.db)).toMatchObject([
      { kind: 'webhook.disabled', data: { webhookId: webhook.id, name: 'crm' } },
    ])
    expect(await attempt(delivery)).toMatchObject({ outcome: 'dead', error: 'The subscription "crm" is switched off.' })
    expect(receiver.requests).toHaveLength(1)
  })

  it('that fails ends the subscription after five days without one that succeeds', async () => {
    const { webhook } = await subscribe()
    const state = () => getWebhook(fresh.db, context.projectId, webhook.id)
    const delivery = await waiting()
    const day = 86_400_000
    receiver.answer(500)
    await attempt(delivery)
    const since = clock.now()
    clock.advance(4 * day)
    await attempt(delivery)
    expect(await state()).toMatchObject({ enabled: true, failingSince: since })
    receiver.answer(204)
    await attempt(delivery)
    expect((await state()).failingSince).toBeNull()
    receiver.answer(500)
    await attempt(await waiting())
    clock.advance(5 * day)
    await attempt(await waiting())
    expect(await state()).toMatchObject({ enabled: false, disabledReason: expect.stringContaining('answered 500') })
    expect(await run(updateWebhook, { webhookId: webhook.id, enabled: true })).toMatchObject({
      disabledReason: null,
      failingSince: null,
    })
  })

  it('of a subscription that was removed ends', async () => {
    const { webhook } = await subscribe()
    const delivery = await waiting()
    await run(deleteWebhook, { webhookId: webhook.id })
    expect(await attempt(delivery)).toMatchObject({ outcome: 'dead', error: 'The subscription was removed.' })
  })

  it('is made ten times over three days', () => {
    expect(webhookRetryDelaysMs).toHaveLength(9)
    expect(webhookRetryDelaysMs.slice(0, 2)).toEqual([5000, 300_000])
    expect(webhookRetryDelaysMs.at(-1)).toBe(86_400_000)
  })
})

describe('replay', () => {
  const refusedDelivery = async () => {
    await run(addNote, { contactId, text: 'Hi' })
    const delivery = (await deliver()).at(-1)!
    await attempt(delivery, guarded)
    return delivery
  }

  it('sends one dead delivery again under its first id, and keeps what was tried', async () => {
    await subscribe()
    const dead = await refusedDelivery()
    expect(await run(replayDeliveries, { deliveryId: dead.id })).toEqual({ replayed: 1 })
    const [again] = await readPending(fresh.db, webhookQueue, 0, 10, 'test')
    expect(again).toMatchObject({ id: dead.id, attempts: 1 })
    await attempt(again!)
    expect(receiver.requests[0]!.headers['webhook-id']).toBe(`dlv_${dead.id}`)
    const { items } = await listDeliveries(fresh.db, context.projectId, {})
    expect(items).toMatchObject([
      {
        id: dead.id,
        status: 'sent',
        attempts: [
          { number: 1, outcome: 'dead' },
          { number: 2, outcome: 'sent', status: 200 },
        ],
      },
    ])
  })

  it('sends all dead ones of a subscription in a range of time', async () => {
    const { webhook } = await subscribe()
    const start = clock.now()
    await refusedDelivery()
    clock.advance(60_000)
    const second = await refusedDelivery()
    const from = new Date(start.getTime() + 30_000)
    expect(await run(replayDeliveries, { webhookId: webhook.id, to: start })).toEqual({ replayed: 0 })
    expect(await run(replayDeliveries, { webhookId: webhook.id, from })).toEqual({ replayed: 1 })
    expect((await readPending(fresh.db, webhookQueue, 0, 10, 'test')).map(({ id }) => id)).toEqual([second.id])
    expect(
      (await listDeliveries(fresh.db, context.projectId, { webhookId: webhook.id, status: 'dead' })).items,
    ).toHaveLength(1)
  })

  it('refuses one that still waits, one of another project, and a subscription that is off', async () => {
    const { webhook } = await subscribe()
    await run(addNote, { contactId, text: 'Hi' })
    const [waiting] = await deliver()
    await expect(run(replayDeliveries, { deliveryId: waiting!.id })).rejects.toThrow('is not over yet')
    const other = await makeProject(fresh.db)
    await expect(
      fresh.db.transaction((tx) => replayDeliveries(tx, other, { deliveryId: waiting!.id })),
    ).rejects.toThrow('There is no webhook delivery')
    await run(updateWebhook, { webhookId: webhook.id, enabled: false })
    await expect(run(replayDeliveries, { webhookId: webhook.id })).rejects.toThrow(
      '"crm" is switched off; switch it on first',
    )
  })
})
