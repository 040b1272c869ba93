import { afterEach, describe, expect, it } from 'vitest'
import type { AppError } from '../../../../src/platform/errors.ts'
import type { PeerCall, PeerReply } from '../../../doubles/json-peer.ts'
import { never } from './example.ts'
import { type SmallCrm, smallSettings, startSmallCrm } from './small-crm.ts'

let small: SmallCrm | undefined
afterEach(async () => {
  await small?.stop()
  small = undefined
})
const start = async (answer: (call: PeerCall) => PeerReply, over: Record<string, unknown> = {}) => {
  small = await startSmallCrm(answer, over)
  return small
}
const ok = (body: unknown): PeerReply => ({ status: 200, body })
const failure = (attempt: Promise<unknown>) =>
  attempt.then(
    () => undefined,
    (error: AppError) => error,
  )
const one = (values: Record<string, string>, more = {}) => [{ marker: 'm1', values, ...more }]

describe('a request', () => {
  it.each([
    [{ type: 'bearer' }, { authorization: 'Bearer the-token' }],
    [{ type: 'header', header: 'X-Api-Key' }, { 'x-api-key': 'the-token' }],
    [{ type: 'basic', user: 'us' }, { authorization: `Basic ${Buffer.from('us:the-token').toString('base64')}` }],
  ])('vouches for us by %j', async (auth, headers) => {
    const { adapter, peer } = await start(() => ok({ name: 'Shop' }), { auth, headers: { 'X-Version': '7' } })
    expect(await adapter.connect(never)).toEqual({ account: 'Shop' })
    expect(peer.calls[0]).toMatchObject({
      method: 'GET',
      path: '/v1/account',
      headers: { ...headers, 'x-version': '7' },
    })
  })

  it('may carry the secret in its address, whatever signs it holds', async () => {
    const { adapter, peer } = await start(() => ok({ name: 'Shop' }), { secret: 'a/b {{ c }}' })
    const inAddress = { auth: { type: 'address' }, baseUrl: `${peer.url}/rest/{{ secret }}`, secret: 'a/b {{ c }}' }
    await adapter.connect(never)
    expect(peer.calls[0]?.headers.authorization).toBe('Bearer a/b {{ c }}')
    const other = await startSmallCrm(() => ok({}), inAddress)
    await other.adapter.connect(never).catch(() => undefined)
    await other.stop()
    expect(peer.calls[1]?.path).toBe('/rest/a%2Fb%20%7B%7B%20c%20%7D%7D/account')
  })

  it('leaves out what came out empty, lays "..." open, and empties a field by null', async () => {
    const contact = smallSettings().contact as object
    const json = {
      '...': '{{ fields }}',
      kind: 'person',
      by: { '?': '{{ marker }}', mark: '{{ marker }}' },
      on: [{ '?': '{{ on_deal }}', deal: '{{ on_deal }}', primary: true }],
      deal: '{{ on_deal }}',
    }
    const fields = [{ key: 'name' }, { key: 'city', at: 'address.city' }, { key: 'street', at: 'address.street' }]
    const { adapter, peer } = await start(() => ok({ id: 7 }), {
      contact: { ...contact, fields, create: { method: 'POST', path: '/people', json } },
    })
    const values = { name: 'Ann', city: 'Tver', street: null }
    expect(await adapter.write('contact', [{ marker: 'm1', values }], never)).toMatchObject([{ ok: true, id: '7' }])
    expect(peer.calls[0]?.json).toEqual({
      name: 'Ann',
      address: { city: 'Tver', street: null },
      kind: 'person',
      by: { mark: 'm1' },
      on: [],
    })
  })

  it('may be a form', async () => {
    const contact = smallSettings().contact as object
    const create = { method: 'POST', path: '/people', form: { 'person[mark]': '{{ marker }}' } }
    const { adapter, peer } = await start(() => ok({ id: 7 }), { contact: { ...contact, create } })
    await adapter.write('contact', one({ name: 'Ann' }), never)
    expect(peer.calls[0]).toMatchObject({ json: 'person%5Bmark%5D=m1' })
  })

  it('is counted under the limit of its account', async () => {
    const { adapter, context } = await start(() => ok({ name: 'Shop' }))
    await adapter.connect(never)
    const [[name, count]] = [...context.asked] as [[string, number]]
    expect([name, count]).toEqual([expect.stringMatching(/^rest-crm:127\.0\.0\.1:\d+:[0-9a-f]{16}$/), 1])
    expect(name).not.toContain('the-token')
  })

  it('is counted under a limit of a minute besides, where the CRM has one', async () => {
    const { adapter, context } = await start(() => ok({ name: 'Shop' }), { requestsPerMinute: 2 })
    const began = context.clock.now().getTime()
    for (let asked = 0; asked < 3; asked++) await adapter.connect(never)
    expect(context.clock.now().getTime() - began).toBeGreaterThanOrEqual(60_000)
  })
})

describe('an answer', () => {
  it.each([
    [401, 'unauthenticated'],
    [403, 'forbidden'],
    [402, 'forbidden'],
    [500, 'unavailable'],
    [418, 'invalid'],
  ])('of the status %i means %s, with its words', async (status, code) => {
    const errors = { message: '$.error.text' }
    const { adapter } = await start(() => ({ status, body: { error: { text: 'So it is.' } } }), { errors })
    expect(await failure(adapter.connect(never))).toMatchObject({ code, message: expect.stringContaining('So it is.') })
  })

  it('may have a code of its own, also where its status is one of success', async () => {
    const errors = {
      code: '$.error',
      message: '$.text',
      meanings: { QUERY_LIMIT_EXCEEDED: 'rate_limited', expired: 'unauthenticated' },
    }
    const answers = [
      { status: 503, body: { error: 'QUERY_LIMIT_EXCEEDED', text: 'Too many requests' } },
      { status: 200, body: { error: 'expired' } },
      { status: 200, body: { error: 'harmless', name: 'Shop' } },
    ]
    const { adapter } = await start(() => answers.shift()!, { errors })
    expect(await failure(adapter.connect(never))).toMatchObject({ code: 'rate_limited', retryAfterMs: 10_000 })
    expect(await failure(adapter.connect(never))).toMatchObject({ code: 'unauthenticated' })
    expect(await adapter.connect(never)).toEqual({ account: 'Shop' })
  })

  it('of 429 says how long to rest, by whichever header', async () => {
    const answers: PeerReply[] = [
      { status: 429, headers: { 'x-reset': '3' } },
      { status: 429, headers: { 'retry-after': '4' } },
      { status: 429 },
    ]
    const { adapter } = await start(() => answers.shift()!, { errors: { restHeader: 'X-Reset', restSeconds: 5 } })
    const rests = []
    for (let index = 0; index < 3; index++) rests.push((await failure(adapter.connect(never)))?.retryAfterMs)
    expect(rests).toEqual([3000, 4000, 5000])
  })

  it('of 429 may say until when, and nobody rests for longer than a day', async () => {
    const headers: Record<string, string>[] = [
      { date: 'Mon, 30 Nov 2026 18:00:00 GMT', 'x-reset': '1796061607' },
      { 'x-reset': '999999999' },
      { 'retry-after': '9'.repeat(400) },
    ]
    const { adapter } = await start(() => ({ status: 429, headers: headers.shift()! }), {
      errors: { restHeader: 'X-Reset' },
    })
    const rests = []
    for (let index = 0; index < 3; index++) rests.push((await failure(adapter.connect(never)))?.retryAfterMs)
    expect(rests).toEqual([7000, 86_400_000, 86_400_000])
  })

  it('that is no JSON, or has no id, leaves open what was done', async () => {
    const answers: PeerReply[] = [
      { status: 200, body: 'made' },
      { status: 200, body: { number: 7 } },
    ]
    const { adapter } = await start(() => answers.shift()!)
    for (let index = 0; index < 2; index++) {
      expect(await failure(adapter.write('contact', one({ name: 'Ann' }), never))).toMatchObject({
        code: 'unavailable',
      })
    }
  })

  it('that refuses one thing says so of this one', async () => {
    const { adapter } = await start(({ json }) =>
      (json as { name: string }).name === 'Bad' ? { status: 422, body: {} } : ok({ id: 1 }),
    )
    const writes = ['Ann', 'Bad', 'Bob'].map((name) => ({ marker: name, values: { name } }))
    expect((await adapter.write('contact', writes, never)).map((written) => written.ok)).toEqual([true, false, true])
    expect(await adapter.write('contact', one({ nam: 'Ann' }), never)).toMatchObject([
      { ok: false, error: { code: 'invalid', faults: [{ path: 'nam', message: 'is not there' }] } },
    ])
  })
})

describe('pages', () => {
  const listing = { request: { path: '/users', query: { after: '{{ cursor }}' } }, items: '$.users[*]', next: '$.next' }

  it('are asked for while there are more', async () => {
    const { adapter, peer } = await start(
      ({ query }) =>
        ok(query.has('after') ? { users: [{ id: 2, name: 'B' }] } : { users: [{ id: 1, name: 'A' }], next: 'p2' }),
      { users: listing },
    )
    expect((await adapter.lists(never)).users).toEqual([
      { id: '1', name: 'A' },
      { id: '2', name: 'B' },
    ])
    expect(peer.calls.map(({ query }) => query.toString())).toEqual(['', 'after=p2'])
  })

  it('without end come to one', async () => {
    let page = 0
    const { adapter, peer } = await start(() => ok({ users: [], next: String(++page) }), { users: listing })
    await adapter.lists(never)
    expect(peer.calls).toHaveLength(50)
  })
})
