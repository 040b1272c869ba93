import { Webhook as Verifier } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FlowInput } from '../../src/flows/flow.ts'
import type { ChangePayload } from '../../src/sync/webhooks/change-payload.ts'
import { createApiKey } from '../../src/team/create-api-key.ts'
import { type FreshDatabase, freshDatabase } from '../database.ts'
import { type BotApi, startBotApi } from '../doubles/bot-api/bot-api.ts'
import { seed, startTestParley } from '../parley.ts'
import { type Receiver, startReceiver } from '../unit/sync/webhooks/receiver.ts'

/** A postback makes a deal, which is given to an operator with a task, and moves on until it is won. */
const flows: (FlowInput & { publish: true })[] = [
  {
    name: 'Lead',
    publish: true,
    triggers: [{ type: 'postback', to: 'deal' }],
    blocks: [
      {
        id: 'deal',
        number: 1,
        type: 'create-deal',
        options: {
          spot: 'Showroom',
          pipeline: 'Sales',
          stage: 'New',
          name: '{{ run.car }} for {{ contact.first_name }}',
          budget: '{{ run.budget }}',
          currency: 'EUR',
          sendingChannel: 'bot',
        },
      },
      { id: 'give', number: 2, type: 'distribute' },
      { id: 'task', number: 3, type: 'create-task', options: { name: 'Call {{ contact.first_name }}', dueIn: '1d' } },
      {
        id: 'thank',
        number: 4,
        type: 'message',
        options: { text: 'Thank you, {{ contact.first_name }}! We call you.' },
      },
      { id: 'late', number: 5, type: 'message', options: { text: 'Nobody is here now.' } },
    ],
    arrows: [
      { from: 'deal', to: 'give' },
      { from: 'give', output: 'assigned', to: 'task' },
      { from: 'give', output: 'nobody', to: 'late' },
      { from: 'task', to: 'thank' },
    ],
  },
  {
    name: 'Called',
    publish: true,
    triggers: [{ type: 'task_done', to: 'move' }],
    blocks: [{ id: 'move', number: 1, type: 'move-deal', options: { stage: 'Offer' } }],
  },
  {
    name: 'Introduction',
    publish: true,
    triggers: [{ type: 'assigned', of: 'deal', operator: 'olga@example.com', to: 'tell' }],
    blocks: [
      { id: 'tell', number: 1, type: 'message', options: { text: '{{ trigger.operator.name }} looks after you.' } },
    ],
  },
  {
    name: 'Stages',
    publish: true,
    triggers: [
      { type: 'stage_entered', pipeline: 'Sales', stage: 'Test drive', to: 'drive' },
      { type: 'stage_entered', pipeline: 'Sales', stage: 'Sold', to: 'label' },
    ],
    blocks: [
      { id: 'drive', number: 1, type: 'message', options: { text: 'The {{ deal.name }} waits for a test drive.' } },
      { id: 'label', number: 2, type: 'add-labels', options: { labels: ['customer'] } },
      { id: 'enjoy', number: 3, type: 'message', options: { text: 'Sold after "{{ trigger.old }}". Enjoy it!' } },
    ],
    arrows: [{ from: 'label', to: 'enjoy' }],
  },
  {
    name: 'Customers',
    publish: true,
    triggers: [{ type: 'label_added', label: 'customer', to: 'plan' }],
    blocks: [{ id: 'plan', number: 1, type: 'add-to-sales-plan', options: { plan: 'Autumn' } }],
  },
]

describe('a lead that becomes a customer', () => {
  let fresh: FreshDatabase
  let bot: BotApi
  let receiver: Receiver
  let parley: Awaited<ReturnType<typeof startTestParley>>
  let key: string

  beforeEach(async () => {
    fresh = await freshDatabase()
    bot = await startBotApi()
    receiver = await startReceiver()
    const { work } = await seed(fresh.db, { channels: [], flows: [] })
    const made = await fresh.db.transaction((tx) => createApiKey(tx, work, { name: 'test', access: 'admin' }))
    key = made.key
    parley = await startTestParley(fresh.db)
  })
  afterEach(async () => {
    await parley.dispose()
    await receiver.close()
    await bot.close()
    await fresh.drop()
  })

  // biome-ignore lint/suspicious/noExplicitAny: answers of many calls
  async function call(method: string, path: string, body?: unknown): Promise<any> {
    const response = await fetch(`${parley.address}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const answer = await response.json()
    if (!response.ok)
      throw new Error(`${method} ${path} was answered with ${response.status}: ${JSON.stringify(answer)}`)
    return answer
  }

  const heard = () => bot.sent(77).map(({ text }) => text)
  const eventually = (what: () => unknown) => vi.waitFor(what, { timeout: 20_000, interval: 50 })

  it('is made by a postback and goes through deal, operator, task and stages, while another system hears of each step', async () => {
    const operator = await call('POST', '/operators', { name: 'Olga', email: 'olga@example.com', role: 'manager' })
    await call('POST', '/distribution-rules', {
      name: 'All',
      method: 'round_robin',
      isDefault: true,
      operatorIds: [operator.id],
    })
    await call('POST', '/sales-plans', { name: 'Autumn', target: 10 })
    const { applied } = await call('POST', '/apply', {
      spots: [
        {
          name: 'Showroom',
          pipelines: [
            {
              name: 'Sales',
              stages: [{ name: 'New' }, { name: 'Offer' }, { name: 'Test drive' }, { name: 'Sold', type: 'won' }],
            },
          ],
        },
      ],
      channels: [
        {
          kind: 'telegram',
          name: 'bot',
          settings: {
            token: '100200300:abcdefghijklmnopqrstuvwxyzABCDEFGHI',
            apiRoot: bot.url,
            mode: 'webhook',
            webhookSecret: 'hook-secret',
          },
        },
      ],
      flows,
      webhooks: [{ name: 'crm', url: receiver.url, kinds: ['*'] }],
      postbacks: [
        {
          name: 'landing page',
          flow: 'Lead',
          mapping: {
            findBy: ['phone'],
            fields: [
              { from: '$.phone', to: 'phone' },
              { from: '$.name', to: 'first_name' },
              { from: '$.telegram', to: 'identity.telegram' },
              { from: '$.car', to: 'variables.car' },
              { from: '$.budget', to: 'variables.budget' },
            ],
          },
        },
      ],
    })
    const secret = applied.find(({ what }: { what: string }) => what === 'webhook').secret
    const { items: postbacks } = await call('GET', '/postbacks')

    const lead = { phone: '+79161234567', name: 'Anna', telegram: '77', car: 'Lada', budget: 9000 }
    const taken = await fetch(new URL(new URL(postbacks[0].url).pathname, parley.address), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(lead),
    })
    expect(taken.status).toBe(201)
    const { contactId } = (await taken.json()) as { contactId: number }

    await eventually(() => expect(heard()).toEqual(['Thank you, Anna! We call you.', 'Olga looks after you.']))
    const { items: deals } = await call('GET', `/deals?contactId=${contactId}`)
    expect(deals).toMatchObject([
      { name: 'Lada for Anna', budget: 9000, currency: 'EUR', responsibleId: operator.id, stage: { name: 'New' } },
    ])
    const dealId = deals[0].id
    const { items: tasks } = await call('GET', `/tasks?contactId=${contactId}`)
    expect(tasks).toMatchObject([{ name: 'Call Anna', dealId, responsibleId: operator.id, status: 'open' }])

    await call('PATCH', `/tasks/${tasks[0].id}`, { status: 'done' })
    await eventually(async () =>
      expect(await call('GET', `/deals/${dealId}`)).toMatchObject({ stage: { name: 'Offer' } }),
    )
    await call('POST', `/deals/${dealId}/move`, { stage: 'Test drive' })
    await eventually(() => expect(heard().slice(2)).toEqual(['The Lada for Anna waits for a test drive.']))
    await call('POST', `/deals/${dealId}/status`, { status: 'success' })
    await eventually(() => expect(heard().slice(3)).toEqual(['Sold after "Test drive". Enjoy it!']))

    const payloads = () =>
      receiver.requests
        .filter(({ path }) => path === '/hook')
        .map(
          ({ body, headers }) => new Verifier(secret).verify(body, headers as Record<string, string>) as ChangePayload,
        )
    await eventually(() => expect(payloads().map(({ type }) => type)).toContain('sales_plan.contact_added'))
    await eventually(() => expect(ofDeal(payloads())).toContain('deal.status_changed'))
    await eventually(() => expect(ofDeal(payloads()).at(-1)).toBe('run.ended'))

    const all = payloads()
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
    expect(ofDeal(all).filter((type) => /^(deal|task)\./.test(type))).toEqual([
      'deal.created',
      'deal.assigned',
      'task.created',
      'task.done',
      'deal.stage_entered',
      'deal.stage_entered',
      'deal.stage_entered',
      'deal.status_changed',
    ])
    const of = (type: string) => all.filter((payload) => payload.type === type)
    expect(of('contact.created')[0]!.data).toMatchObject({
      contact: { id: contactId, firstName: 'Anna', phone: '+79161234567' },
      change: { by: { kind: 'postback' } },
    })
    expect(of('deal.assigned')[0]!.data).toMatchObject({
      deal: { id: dealId },
      operator: { email: 'olga@example.com' },
    })
    expect(of('task.done')[0]!.data).toMatchObject({
      task: { name: 'Call Anna', status: 'done' },
      contact: { id: contactId },
    })
    expect(
      of('deal.stage_entered').map(({ data }) => [data.change.stage, (data.change.by as { kind: string }).kind]),
    ).toEqual([
      ['Offer', 'flow'],
      ['Test drive', 'operator'],
      ['Sold', 'operator'],
    ])
    expect(of('deal.status_changed')[0]!.data).toMatchObject({
      deal: { status: 'success', stage: { name: 'Sold' } },
      change: { from: 'active', to: 'success' },
    })
    expect(of('contact.label_added')[0]!.data).toMatchObject({
      contact: { labels: ['customer'] },
      change: { label: 'customer', by: { kind: 'flow', chain: { depth: 1 } } },
    })
    expect(of('sales_plan.contact_added')[0]!.data).toMatchObject({
      salesPlan: { name: 'Autumn', progress: { contacts: 1 } },
      change: { by: { kind: 'flow', chain: { depth: 2 } } },
    })
    expect(of('flow.chain_stopped')).toEqual([])
    expect(of('run.failed')).toEqual([])

    /** The kinds of what is about the deal, in the order in which they came. */
    function ofDeal(given: ChangePayload[]): string[] {
      return given.filter(({ data }) => data.deal?.id === dealId).map(({ type }) => type)
    }
  }, 120_000)
})
