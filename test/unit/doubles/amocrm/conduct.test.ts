import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type AmocrmDouble, type AmocrmOptions, startAmocrm, testClient } from '../../../doubles/amocrm/amocrm.ts'
import { caller } from './calls.ts'

let double: AmocrmDouble
let receiver: Server | undefined
afterEach(async () => {
  await double.stop()
  receiver?.closeAllConnections()
  receiver?.close()
  receiver = undefined
})

async function start(options: AmocrmOptions = {}) {
  double = await startAmocrm(options)
  return caller(double)
}

const redirect_uri = 'https://parley.example/callback'
const asking = { client_id: testClient.id, client_secret: testClient.secret, redirect_uri }

describe('tokens', () => {
  it('come for a code that works once, and a refresh token that works once', async () => {
    const call = await start()
    const back = new URL(double.oauth.consent({ clientId: testClient.id, state: 's', redirectUri: redirect_uri }))
    expect([back.searchParams.get('state'), back.searchParams.get('referer')]).toEqual(['s', double.referer])
    const grant = { ...asking, grant_type: 'authorization_code', code: back.searchParams.get('code') }
    const first = await call('POST', '/oauth2/access_token', grant)
    expect(first.body).toMatchObject({ token_type: 'Bearer', expires_in: 86_400 })
    expect((await caller(double, first.body.access_token)('GET', 'account')).status).toBe(200)
    const refresh = { ...asking, grant_type: 'refresh_token', refresh_token: first.body.refresh_token }
    expect((await call('POST', '/oauth2/access_token', refresh)).status).toBe(200)
    expect(double.refused()).toEqual([])
    for (const again of [grant, refresh]) expect((await call('POST', '/oauth2/access_token', again)).status).toBe(400)
    expect((await call('POST', '/oauth2/access_token', { ...refresh, client_secret: 'x' })).status).toBe(401)
    expect(double.refused().length).toBe(3)
    expect(double.oauth.refreshes()).toBe(1)
  })

  it('run out after so many calls and when they are taken back, which is nobody’s mistake; an unknown one is', async () => {
    await start({ tokenCalls: 2 })
    const call = caller(double, double.oauth.pair(testClient.id).access_token)
    const statuses = []
    for (let turn = 0; turn < 3; turn++) statuses.push((await call('GET', 'account')).status)
    expect(statuses).toEqual([200, 200, 401])
    const long = caller(double)
    double.oauth.revoke(testClient.id)
    expect((await long('GET', 'account')).status).toBe(401)
    expect(double.refused()).toEqual([])
    expect((await caller(double, 'made-up')('GET', 'account')).status).toBe(401)
    expect(double.refused().length).toBe(1)
  })

  it('codes end after twenty minutes', async () => {
    let now = Date.now()
    const call = await start({ now: () => now })
    const code = new URL(
      double.oauth.consent({ clientId: testClient.id, state: 's', redirectUri: redirect_uri }),
    ).searchParams.get('code')
    now += 21 * 60_000
    const answer = await call('POST', '/oauth2/access_token', { ...asking, grant_type: 'authorization_code', code })
    expect(answer.body.hint).toBe('Authorization code has expired')
  })
})

describe('limits', () => {
  it('answers the eighth request of a second with a 429 that is no JSON, counts it, and blocks the account at last', async () => {
    const call = await start({ blockAfter: 3 })
    const statuses = []
    for (let turn = 0; turn < 12; turn++) statuses.push((await call('GET', 'account')).status)
    expect(statuses).toEqual([...Array(7).fill(200), 429, 429, 429, 403, 403])
    expect(double.mostInOneSecond()).toBe(12)
    expect(double.refused().length).toBe(5)
    expect((await call('GET', 'account')).type).toBe('text/html')
  })

  it('lets seven a second pass', async () => {
    const call = await start()
    await Promise.all(Array.from({ length: 7 }, () => call('GET', 'account')))
    await new Promise((resolve) => setTimeout(resolve, 1010))
    await Promise.all(Array.from({ length: 7 }, () => call('GET', 'account')))
    expect([double.mostInOneSecond(), double.refused()]).toEqual([7, []])
  })
})

describe('faults', () => {
  const quick = { perIntegration: 1000, perAccount: 1000 }

  it('meet the calls that were chosen, before or after they worked, and are not counted as refused', async () => {
    const call = await start(quick)
    double.inject({ kind: 'status', status: 504, when: 'before' }, { method: 'POST', path: /^leads$/ })
    double.inject({ kind: 'drop', when: 'after' }, { method: 'POST', path: /^leads$/ })
    expect((await call('GET', 'account')).status).toBe(200)
    expect(await call('POST', 'leads', [{ name: 'a' }])).toMatchObject({ status: 504, type: 'text/html' })
    expect(double.leads()).toEqual([])
    await expect(call('POST', 'leads', [{ name: 'a' }])).rejects.toThrow()
    expect(double.leads().length).toBe(1)
    expect((await call('POST', 'leads', [{ name: 'a' }])).status).toBe(200)
    expect(double.refused()).toEqual([])
  })

  it('meet a share of all calls, the same ones for the same seed', async () => {
    const call = await start(quick)
    const run = async () => {
      double.setWeather({ share: 0.2, seed: 7, faults: [{ kind: 'status', status: 500, when: 'after' }] })
      const statuses = []
      for (let turn = 0; turn < 100; turn++) statuses.push((await call('GET', 'account')).status)
      return statuses
    }
    const first = await run()
    expect(first.filter((status) => status === 500).length).toBeGreaterThan(5)
    expect(await run()).toEqual(first)
  })
})

describe('webhooks', () => {
  async function listen(answer: (body: URLSearchParams, number: number) => number | undefined) {
    const bodies: URLSearchParams[] = []
    receiver = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const body = new URLSearchParams(Buffer.concat(chunks).toString())
      const status = answer(body, bodies.push(body))
      if (status !== undefined) response.writeHead(status).end()
    })
    await new Promise<void>((resolve) => receiver!.listen(0, '127.0.0.1', resolve))
    return { bodies, destination: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook` }
  }
  const all = [
    'add_lead',
    'update_lead',
    'status_lead',
    'delete_lead',
    'update_contact',
    'note_lead',
    'add_task',
    'update_task',
  ]

  it('tell what was changed by the API and by hand, nested the vendor’s way, until they are taken back', async () => {
    const call = await start({ perIntegration: 1000 })
    const { bodies, destination } = await listen(() => 200)
    expect((await call('POST', 'webhooks', { destination, settings: ['add_lead'] })).status).toBe(201)
    expect((await call('POST', 'webhooks', { destination, settings: all })).status).toBe(201)
    expect((await call('GET', 'webhooks')).body._total_items).toBe(1)
    const [pipeline] = double.account.pipelines
    const { body } = await call('POST', 'leads', [{ name: 'a' }, { name: 'b' }])
    const [{ id }] = body._embedded.leads
    await double.hooks.idle()
    expect(bodies[0]!.get('leads[add][1][name]')).toBe('b')
    expect(bodies[0]!.get('account[subdomain]')).toBe('parley')
    double.moveLead(id, pipeline!.id, 142)
    await double.hooks.idle()
    const status = bodies.find((one) => one.has('leads[status][0][id]'))!
    expect(status.get('leads[status][0][old_status_id]')).toBe(String(pipeline!.statuses[1]!.id))
    expect(bodies.some((one) => one.get('leads[update][0][id]') === String(id))).toBe(true)
    const contact = double.addContact({ name: 'c' })
    double.editContact(contact.id, { name: 'd' })
    double.addNote('leads', id, 'Привет')
    const task = double.addTask({ text: 't', complete_till: 1_900_000_000, entity_type: 'leads', entity_id: id })
    double.completeTask(task.id)
    double.deleteLead(id)
    await double.hooks.idle()
    const told = (name: string) => bodies.find((one) => one.has(name))?.get(name)
    expect(told('contacts[update][0][type]')).toBe('contact')
    expect(told('leads[note][0][note][text]')).toBe('Привет')
    expect(told('task[add][0][element_id]')).toBe(String(id))
    expect(told('task[update][0][status]')).toBe('1')
    expect(told('leads[delete][0][id]')).toBe(String(id))
    expect((await call('DELETE', 'webhooks', { destination })).status).toBe(204)
    const before = bodies.length
    double.addLead({ name: 'z' })
    await double.hooks.idle()
    expect(bodies.length).toBe(before)
  })

  it('are not sent for a change of nothing, and are repeated until they are heard', async () => {
    const call = await start()
    const { bodies, destination } = await listen((_body, number) => (number === 1 ? 500 : 200))
    await call('POST', 'webhooks', { destination, settings: all })
    const { id } = double.addLead({ name: 'a' })
    await double.hooks.idle()
    double.editLead(id, { name: 'a' })
    await double.hooks.idle()
    expect(double.hooks.unheard().length).toBe(1)
    await double.hooks.retry()
    expect(double.hooks.unheard()).toEqual([])
    expect(bodies.map((body) => body.get('leads[add][0][id]'))).toEqual([String(id), String(id)])
  })

  it('count an acknowledgement that takes longer than two seconds', async () => {
    const call = await start()
    const { destination } = await listen(() => undefined)
    await call('POST', 'webhooks', { destination, settings: all })
    double.addLead({ name: 'a' })
    await double.hooks.idle()
    expect(double.refused().map(({ why }) => why)).toEqual(['It was not acknowledged within 2 seconds.'])
  })
})
