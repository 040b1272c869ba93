import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApiKey } from '../../src/team/create-api-key.ts'
import { type FreshDatabase, freshDatabase } from '../database.ts'
import { type AmocrmDouble, startAmocrm, testClient } from '../doubles/amocrm/amocrm.ts'
import { freePort } from '../faults/program.ts'
import { seed, startTestParley } from '../parley.ts'

const stages = ['Первичный контакт', 'Переговоры', 'Принимают решение']

/** An owner who has connected an account of another CRM, by the consent page of its vendor. */
describe('an account of another CRM', () => {
  let fresh: FreshDatabase
  let crm: AmocrmDouble
  let parley: Awaited<ReturnType<typeof startTestParley>>
  let key: string
  let ivan: number
  let integrationId: number

  beforeEach(async () => {
    fresh = await freshDatabase()
    const port = await freePort()
    const publicUrl = `http://127.0.0.1:${port}`
    crm = await startAmocrm({ clients: [{ ...testClient, redirectUri: `${publicUrl}/integrations/callback` }] })
    const { work } = await seed(fresh.db, { channels: [], flows: [] })
    key = (await fresh.db.transaction((tx) => createApiKey(tx, work, { name: 'test', access: 'admin' }))).key
    parley = await startTestParley(fresh.db, { env: { PORT: String(port), PUBLIC_URL: publicUrl } })
    ivan = (await call('POST', '/operators', { name: 'Ivan', email: 'ivan@example.com', role: 'manager' })).id
    await call('POST', '/apply', {
      spots: [{ name: 'Shop', pipelines: [{ name: 'Воронка', stages: stages.map((name) => ({ name })) }] }],
    })
    integrationId = await connect()
  })
  afterEach(async () => {
    await parley.dispose()
    await crm.stop()
    await fresh.drop()
  })

  // biome-ignore lint/suspicious/noExplicitAny: answers of many calls
  async function call(method: string, path: string, body?: unknown): Promise<any> {
    const response = await fetch(`${parley.address}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  async function connect(): Promise<number> {
    const { id: clientId, secret: clientSecret } = testClient
    const settings = { account: 'parley.amocrm.ru', clientId, clientSecret, apiRoot: crm.url }
    const { id } = await call('POST', '/integrations', { kind: 'amocrm', name: 'amo', settings, sends: 'every_deal' })
    const { consentUrl } = await call('POST', `/integrations/${id}/connect`)
    const agreed = await fetch(consentUrl)
    expect(agreed.status, await agreed.text()).toBe(200)
    return id
  }

  const eventually = (what: () => unknown, timeout = 20_000) => vi.waitFor(what, { timeout, interval: 20 })
  const writes = () => crm.calls.filter(({ method }) => method === 'POST' || method === 'PATCH').length
  /** Nothing waits any more, on either side. */
  const rest = () =>
    eventually(async () => {
      await crm.hooks.idle()
      const [waiting] = await fresh.db.query<{ n: number }>(
        `select ((select count(*) from crm_heard) + (select count(*) from crm_pushes where finished_at is null)
          + (select count(*) from changes where kind like 'deal.%' and id > (select change_id from cursors where name = 'crm')))::int as n`,
      )
      expect(waiting!.n).toBe(0)
    })
  const stageOf = (id: number) => crm.account.pipelines[0]!.statuses.find((status) => status.id === id)?.name

  it('gets a deal with its contact at once, tells what changes there within a second or so, and hears no echo of that', async () => {
    expect(await call('GET', `/integrations/${integrationId}`)).toMatchObject({
      account: 'Пример',
      condition: { state: 'working' },
    })
    const contact = await call('POST', '/contacts', { firstName: 'Анна', phone: '+79161234567', labels: ['vip'] })
    const deal = await call('POST', '/deals', {
      name: 'Стол',
      contactId: contact.id,
      budget: 5000,
      responsibleId: ivan,
    })
    await eventually(() => expect(crm.leads().length).toBe(1))
    const [lead] = crm.leads()
    const [there] = crm.contacts()
    expect(lead).toMatchObject({ name: 'Стол', price: 5000, contacts: [there!.id], responsible: 7_000_003 })
    expect(stageOf(lead!.statusId)).toBe(stages[0])
    expect(crm.valueOf('contacts', there!.id, 'PHONE')).toBe('+79161234567')
    expect(crm.tagsOf('contacts', there!.id)).toEqual(['vip'])

    await rest()
    const before = writes()
    const begin = performance.now()
    crm.moveLead(lead!.id, lead!.pipelineId, crm.account.pipelines[0]!.statuses[2]!.id)
    await eventually(async () =>
      expect((await call('GET', `/deals/${deal.id}`)).stage).toMatchObject({ name: stages[1] }),
    )
    const took = performance.now() - begin
    process.stdout.write(`A stage that was changed in the other CRM was changed here after ${Math.round(took)} ms.\n`)
    expect(took).toBeLessThan(5000)

    crm.editContact(there!.id, { last_name: 'Каренина' })
    crm.editLead(lead!.id, { price: 7000 })
    const note = crm.addNote('leads', lead!.id, 'Просила перезвонить')
    const dueAt = Math.floor(Date.now() / 1000) + 86_400
    const task = crm.addTask({ text: 'Позвонить', complete_till: dueAt, entity_type: 'leads', entity_id: lead!.id })
    await eventually(async () => {
      expect((await call('GET', `/contacts/${contact.id}`)).lastName).toBe('Каренина')
      expect((await call('GET', `/deals/${deal.id}`)).budget).toBe(7000)
      expect((await call('GET', `/contacts/${contact.id}/notes`)).items).toMatchObject([{ text: note.params.text }])
      expect((await call('GET', '/tasks')).items).toMatchObject([
        { name: 'Позвонить', dealId: deal.id, status: 'open' },
      ])
    })
    crm.completeTask(task.id)
    await eventually(async () => expect((await call('GET', '/tasks')).items).toMatchObject([{ status: 'done' }]))
    await rest()
    expect(writes()).toBe(before)
    expect([crm.refused(), crm.mostInOneSecond() <= 7]).toEqual([[], true])
  }, 60_000)

  it('has the same as we have after a hundred edits that took turns', async () => {
    const contact = await call('POST', '/contacts', { firstName: 'Анна', phone: '+79161234567' })
    const deal = await call('POST', '/deals', { name: 'Стол', contactId: contact.id, budget: 0 })
    await eventually(() => expect(crm.leads().length).toBe(1))
    const [lead] = crm.leads()
    const { statuses } = crm.account.pipelines[0]!
    for (let turn = 0; turn < 50; turn++) {
      const stage = stages[turn % 3]!
      await call('PATCH', `/deals/${deal.id}`, { budget: 1000 + turn })
      if (turn % 2 === 0) crm.editLead(lead!.id, { price: 2000 + turn, name: `Стол ${turn}` })
      else crm.moveLead(lead!.id, lead!.pipelineId, statuses.find(({ name }) => name === stage)!.id)
      await new Promise((resolve) => setTimeout(resolve, turn % 5 === 0 ? 50 : 0))
    }
    await rest()
    const ours = await call('GET', `/deals/${deal.id}`)
    const theirs = crm.leads()[0]!
    expect([ours.budget, ours.name, ours.stage.name]).toEqual([theirs.price, theirs.name, stageOf(theirs.statusId)])
    expect(ours.name).toBe('Стол 48')
    const before = crm.calls.length
    await rest()
    expect(crm.calls.length).toBe(before)
    expect([crm.refused(), crm.mostInOneSecond() <= 7]).toEqual([[], true])
  }, 90_000)
})
