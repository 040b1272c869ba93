import { Webhook as Verifier } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addNote } from '../../../../src/contacts/add-note.ts'
import { createAttribute } from '../../../../src/contacts/create-attribute.ts'
import { updateContact } from '../../../../src/contacts/update-contact.ts'
import { createDeal } from '../../../../src/crm/create-deal.ts'
import type { AppError } from '../../../../src/platform/errors.ts'
import { endOldSecret } from '../../../../src/sync/webhooks/end-old-secret.ts'
import { rotateWebhookSecret } from '../../../../src/sync/webhooks/rotate-webhook-secret.ts'
import { testWebhook } from '../../../../src/sync/webhooks/test-webhook.ts'
import { findDelivery, listDeliveries } from '../../../../src/sync/webhooks/webhook-deliveries.store.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import type { ReceivedRequest } from './receiver.ts'
import { openStage, type Stage, vault } from './stage.ts'

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

const waiting = async () => {
  await stage.run(addNote, { contactId: stage.contactId, text: 'Привет' })
  return (await stage.deliver()).at(-1)!
}
const accepts = ({ body, headers }: ReceivedRequest, secret: string) => {
  try {
    return Boolean(new Verifier(secret).verify(body, headers as Record<string, string>))
  } catch {
    return false
  }
}
const faultsOf = (input: Parameters<Stage['subscribe']>[0]) =>
  stage.subscribe(input).then(
    () => [],
    (error: AppError) => error.faults,
  )

describe('a request', () => {
  it('is signed so that the library of Standard Webhooks accepts it', async () => {
    const { secret } = await stage.subscribe()
    const delivery = await waiting()
    expect(await stage.attempt(delivery)).toMatchObject({
      outcome: 'sent',
      result: { status: 200, response: { body: 'thanks' } },
    })
    const request = stage.receiver.requests[0]!
    expect(request).toMatchObject({ method: 'POST', path: '/hook' })
    expect(request.headers).toMatchObject({
      'webhook-id': `dlv_${delivery.id}`,
      'content-type': 'application/json',
      'parley-ordering-key': `contact:${stage.contactId}`,
      'parley-sequence': expect.stringMatching(/^\d+$/),
    })
    expect(new Verifier(secret).verify(request.body, request.headers as Record<string, string>)).toMatchObject({
      type: 'note.added',
      ordering: { key: `contact:${stage.contactId}`, sequence: Number(request.headers['parley-sequence']) },
    })
    expect(accepts({ ...request, body: `${request.body} ` }, secret)).toBe(false)
  })

  it('is signed with both secrets while one is rotated out, with the newest alone once the old one was ended', async () => {
    const { webhook, secret: oldest } = await stage.subscribe()
    const input = { webhookId: webhook.id }
    await expect(stage.run(endOldSecret, input)).rejects.toThrow('has no older secret; rotate it first')
    const rotate = () =>
      fresh.db.transaction((tx) => rotateWebhookSecret(tx, stage.context, input, vault).then(({ secret }) => secret))
    const newer = await rotate()
    const delivery = await waiting()
    stage.receiver.answer(500)
    await stage.attempt(delivery)
    stage.clock.advance(5000)
    stage.receiver.answer(200)
    const newest = await rotate()
    await stage.attempt(delivery)
    await stage.run(endOldSecret, input)
    await stage.attempt(await waiting())
    const [first, second, third] = stage.receiver.requests as [ReceivedRequest, ReceivedRequest, ReceivedRequest]
    const all = [oldest, newer, newest]
    expect(all.map((secret) => accepts(first, secret))).toEqual([true, true, false])
    expect(all.map((secret) => accepts(second, secret))).toEqual([false, true, true])
    expect(all.map((secret) => accepts(third, secret))).toEqual([false, false, true])
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id'])
    expect(Number(second.headers['webhook-timestamp']) - Number(first.headers['webhook-timestamp'])).toBe(5)
  })

  it('is made by the method, headers and template of the subscription, and keeps types', async () => {
    await stage.run(createAttribute, { name: 'city', title: 'City', type: 'text' })
    await stage.run(updateContact, { contactId: stage.contactId, attributes: { city: 'Казань "1"' } })
    const { secret } = await stage.subscribe({
      kinds: ['deal.created'],
      method: 'PUT',
      headers: { 'X-Source': 'parley {{ deal.number }}', 'Content-Type': 'application/vnd.crm+json' },
      secretHeaders: { Authorization: 'Bearer a-very-secret-token' },
      template: {
        lead: {
          name: '{{ deal.name }} of {{ contact.first_name }}',
          price: '{{ deal.budget }}',
          stage: '{{ deal.stage | upcase }}',
          city: '{{ contact.city }}',
          none: '{{ contact.email }}',
          tags: ['{{ change.kind }}', 7, null],
        },
        whole: '{{ payload.data.deal.pipeline }}',
        at: '{{ now | date: "%d.%m.%Y" }}',
      },
    })
    await stage.run(createDeal, { contactId: stage.contactId, name: 'Lada', budget: 100.5, currency: 'RUB' })
    expect(await stage.attempt((await stage.deliver())[0]!)).toMatchObject({ outcome: 'sent' })
    const request = stage.receiver.requests[0]!
    expect(request).toMatchObject({
      method: 'PUT',
      headers: {
        'x-source': 'parley 1',
        'content-type': 'application/vnd.crm+json',
        authorization: 'Bearer a-very-secret-token',
      },
    })
    expect(JSON.parse(request.body)).toEqual({
      lead: {
        name: 'Lada of Anna',
        price: 100.5,
        stage: 'NEW',
        city: 'Казань "1"',
        none: null,
        tags: ['deal.created', 7, null],
      },
      whole: { id: 1, name: 'Sales' },
      at: expect.stringMatching(/^\d\d\.\d\d\.\d{4}$/),
    })
    expect(accepts(request, secret)).toBe(true)
  })

  it('that a template makes too long is not sent, and goes once the template was changed', async () => {
    const { webhook } = await stage.subscribe({
      kinds: ['note.added'],
      template: { all: Array.from({ length: 300 }, () => '{{ change.text }}') },
    })
    await stage.run(addNote, { contactId: stage.contactId, text: 'ж'.repeat(100) })
    const [delivery] = await stage.deliver()
    expect(await stage.attempt(delivery!)).toMatchObject({
      outcome: 'dead',
      error: expect.stringMatching(/The template makes \d+ bytes of JSON of this change; expected at most 20000/),
    })
    expect(stage.receiver.requests).toEqual([])
    await stage.update(webhook.id, { template: { one: '{{ change.text }}' } })
    expect(await stage.attempt(delivery!)).toMatchObject({ outcome: 'sent' })
    expect(JSON.parse(stage.receiver.requests[0]!.body)).toEqual({ one: 'ж'.repeat(100) })
  })

  it('is recorded with its answer, secrets masked and long bodies cut', async () => {
    await stage.subscribe({ secretHeaders: { 'X-Key': 'key-of-the-crm' } })
    stage.receiver.answer(
      200,
      { 'set-cookie': 'sid=1', 'x-echo': 'key-of-the-crm' },
      `key-of-the-crm ${'x'.repeat(9000)}`,
    )
    const delivery = await waiting()
    await stage.attempt(delivery)
    const { attempts } = (await findDelivery(fresh.db, stage.context.projectId, delivery.id))!
    expect(attempts).toMatchObject([
      {
        number: 1,
        outcome: 'sent',
        status: 200,
        durationMs: 5,
        request: {
          method: 'POST',
          url: stage.receiver.url,
          headers: { 'x-key': '•••', 'webhook-signature': '•••', 'content-type': 'application/json' },
          body: expect.stringContaining('"type":"note.added"'),
        },
        response: { headers: { 'set-cookie': '•••', 'x-echo': '•••' } },
      },
    ])
    const { body } = attempts[0]!.response!
    expect(body).toMatch(/^••• x+…$/)
    expect(body.length).toBeLessThan(4100)
    expect(JSON.stringify(attempts)).not.toContain('key-of-the-crm')
  })

  it('shows no credential of which a receiver tells, nor what stands in addresses', async () => {
    await stage.subscribe({
      url: `${stage.receiver.url}?token=of-the-address`,
      secretHeaders: { Authorization: 'Token 2f9c0d7a' },
    })
    stage.receiver.answer(401, {}, 'nobody is known by 2f9c0d7a')
    const [refused, moved] = [await waiting(), await waiting()]
    await stage.attempt(refused)
    stage.receiver.answer(308, { location: '/new?token=of-the-address' })
    await stage.attempt(moved)
    const { items } = await listDeliveries(fresh.db, stage.context.projectId, {})
    expect(items.map(({ attempts }) => attempts[0]!.status)).toEqual([308, 401])
    expect(items[0]!.error).toContain('/new?token=•••; expected')
    expect(items[1]!.attempts[0]!.response!.body).toBe('nobody is known by •••')
    expect(JSON.stringify(items)).not.toMatch(/2f9c0d7a|of-the-address/)
  })

  it('of a test is made in the same way', async () => {
    const { webhook } = await stage.subscribe({ kinds: ['deal.created'], template: { kind: '{{ change.kind }}' } })
    const { deliveryId } = await stage.run(testWebhook, { webhookId: webhook.id })
    const [delivery] = await stage.waiting()
    expect(delivery!.id).toBe(deliveryId)
    await stage.attempt(delivery!)
    expect(stage.receiver.requests).toMatchObject([{ body: '{"kind":"webhook.test"}' }])
  })
})

describe('a template and headers', () => {
  it('are refused when saved, with each place and the reason', async () => {
    expect(
      await faultsOf({
        template: { lead: ['{{ contact.sity }}', '{{ kontact.name }}'], open: '{{ deal.name' },
        headers: { 'X-Name': '{{ contact.first_name | upcaze }}', Same: 'a' },
        secretHeaders: { same: 'b' },
      }),
    ).toEqual([
      { path: 'template.lead[0]', message: expect.stringContaining('contacts have no field or attribute "sity"') },
      {
        path: 'template.lead[1]',
        message: expect.stringContaining('unknown name "kontact"; did you mean "contact"?'),
      },
      { path: 'template.open', message: expect.stringContaining('"{{" has no end') },
      { path: 'headers.X-Name', message: expect.stringContaining('unknown filter "upcaze"') },
      { path: 'secretHeaders.same', message: 'is there twice; expected each header once' },
    ])
    expect(await faultsOf({ headers: { 'Webhook-Id': 'mine' } })).toHaveLength(1)
    expect(await faultsOf({ headers: { 'not a name': 'x' } })).toHaveLength(1)
    expect(await faultsOf({ secretHeaders: { Key: 'two\nlines' } })).toHaveLength(1)
    expect(await faultsOf({ template: 'text' as never })).toMatchObject([
      { path: 'template', message: 'expected an object or a list, whose texts may hold placeholders' },
    ])
  })

  it('with secrets are laid over one another by updates, names in any case', async () => {
    const { webhook } = await stage.subscribe({ secretHeaders: { Authorization: 'one', 'X-Key': 'two' } })
    await stage.update(webhook.id, { secretHeaders: { authorization: 'three', 'X-More': 'four' } })
    await stage.update(webhook.id, { secretHeaders: { 'x-key': null } })
    await stage.attempt(await waiting())
    const { headers } = stage.receiver.requests[0]!
    expect(headers).toMatchObject({ authorization: 'three', 'x-more': 'four' })
    expect(headers).not.toHaveProperty('x-key')
  })
})
