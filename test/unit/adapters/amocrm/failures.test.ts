import { afterEach, describe, expect, test } from 'vitest'
import { refusalOf } from '../../../../adapters/amocrm/vendor-error.ts'
import { AppError } from '../../../../src/platform/errors.ts'
import type { SafeRequest, SafeResponse } from '../../../../src/platform/safe-http/safe-http.ts'
import type { CrmWrite } from '../../../../src/sync/crm.ts'
import { never, startAccount, type TestAccount } from './account.ts'

let account: TestAccount | undefined
afterEach(async () => {
  await account?.stop()
  account = undefined
})

/** An account that is connected; what is asked of it from here on is in `double.calls` after `calls`. */
async function start(): Promise<TestAccount & { since(): TestAccount['double']['calls'] }> {
  account = await startAccount()
  await account.adapter.connect(never)
  await account.adapter.lists(never)
  const calls = account.double.calls.length
  return { ...account, since: () => account!.double.calls.slice(calls) }
}

const contacts = (count: number): CrmWrite[] =>
  Array.from({ length: count }, (_, index) => ({ marker: `m-${index}`, values: { name: `Contact ${index}` } }))

describe('what the vendor answers', () => {
  const answer = (status: number, body = '', headers: Record<string, string> = {}): SafeResponse => ({
    status,
    headers,
    body: new TextEncoder().encode(body),
    durationMs: 1,
    finalUrl: 'https://example.amocrm.ru/',
  })
  const html = '<html><body>nginx</body></html>'
  const problem = JSON.stringify({ title: 'Forbidden', status: 403, detail: 'You may not.' })

  test.each([
    ['429 that is no JSON', answer(429, html), { code: 'rate_limited', retryAfterMs: 5000 }],
    ['429 with a wait', answer(429, '', { 'retry-after': '30' }), { code: 'rate_limited', retryAfterMs: 30_000 }],
    ['403 of a blocked account', answer(403, html), { code: 'rate_limited', retryAfterMs: 900_000, retryable: true }],
    ['403 of a missing right', answer(403, problem), { code: 'forbidden', retryable: false }],
    ['402', answer(402, problem), { code: 'rate_limited', retryAfterMs: 3_600_000, retryable: true }],
    ['401', answer(401, problem), { code: 'unauthenticated', retryable: false }],
    ['404', answer(404, problem), { code: 'not_found' }],
    ['404 of a front server', answer(404, html), { code: 'unavailable', retryable: true }],
    ['504', answer(504, html), { code: 'timeout', retryable: true }],
    ['502', answer(502, html), { code: 'unavailable', retryable: true }],
    ['400 that is no JSON', answer(400, html), { code: 'invalid', retryable: false }],
    ['400 of another shape', answer(400, '{"validation-errors": "?"}'), { code: 'invalid' }],
  ])('%s is understood', (_, response, expected) => {
    expect(refusalOf(response)).toMatchObject(expected)
  })

  test('402 says what to do', () => {
    expect(refusalOf(answer(402, problem)).message).toContain('not paid')
  })
})

describe('a batch of which something is refused', () => {
  test('is written without it, and tells which one and why, by two requests', async () => {
    const { double, adapter, since } = await start()
    const writes = contacts(50)
    writes[17] = { marker: 'bad', values: { name: 'Bad', responsible: '99' } }
    const answers = await adapter.write('contact', writes, never)
    expect(answers.map(({ ok }) => ok)).toEqual(writes.map((_, index) => index !== 17))
    expect(answers[17]).toMatchObject({
      error: { code: 'invalid', faults: [{ path: 'responsible_user_id', message: expect.stringContaining('choice') }] },
    })
    for (const [index, one] of answers.entries()) {
      if (one.ok) expect(double.account.contacts.get(Number(one.id))!.name).toBe(`Contact ${index}`)
    }
    expect(since().map(({ status }) => status)).toEqual([400, 200])
  })

  test('is halved until the one is found where the vendor does not name it', async () => {
    const { double, adapter, context, since } = await start()
    const ask = context.http.request
    context.http.request = async (request) => {
      const isBad = request.method === 'POST' && String(request.body).includes('"Contact 5"')
      return isBad ? { ...empty, status: 400, finalUrl: request.url } : ask(request)
    }
    const answers = await adapter.write('contact', contacts(8), never)
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true, true, false, true, true])
    expect(double.contacts()).toHaveLength(7)
    expect(double.duplicates('contacts', 'PARLEY_ID')).toEqual([])
    expect(since().length).toBeLessThan(8)
  })

  test('tells what is not there any more', async () => {
    const { double, adapter } = await start()
    const [gone, there] = [double.addContact({ name: 'Gone' }), double.addContact({ name: 'There' })]
    double.deleteContact(gone.id)
    const writes = [gone, there].map(({ id }) => ({ marker: `m-${id}`, id: String(id), values: { name: 'Changed' } }))
    expect(await adapter.write('contact', writes, never)).toMatchObject([
      { ok: false, error: { code: 'not_found', retryable: false } },
      { ok: true, id: String(there.id) },
    ])
    const note = { marker: 'n', values: { text: 'Hello' }, on: { entity: 'contact' as const, id: String(gone.id) } }
    expect(await adapter.write('note', [note], never)).toMatchObject([{ ok: false, error: { code: 'not_found' } }])
  })

  test('is in doubt as a whole when the answer to what goes again without it is lost', async () => {
    const { double, adapter, context, since } = await start()
    const before = context.clock.now()
    const bad = { marker: 'bad', values: { name: 'Bad', responsible: '99' } }
    double.inject({ kind: 'drop', when: 'after' }, { method: 'POST', times: 2 })
    await expect(adapter.write('contact', [...contacts(2), bad], never)).rejects.toMatchObject({ code: 'unavailable' })
    expect(since().map(({ path, status }) => [path, status])).toEqual([
      ['contacts', 400],
      ['contacts', 0],
    ])
    const marks = ['m-0', 'm-1', 'bad'].map((marker) => ({ marker }))
    expect([...(await adapter.findMarked('contact', marks, before, never)).keys()].sort()).toEqual(['m-0', 'm-1'])
  })

  test('tells the rest as not written when the vendor wants rest after the first part', async () => {
    const { double, adapter } = await start()
    const person = String(double.addContact({ name: 'Ann' }).id)
    const stage = `${double.account.pipelines[0]!.id}/${double.account.pipelines[0]!.statuses[1]!.id}`
    double.inject({ kind: 'status', status: 429, when: 'before' }, { path: /^leads\/complex$/ })
    const answers = await adapter.write(
      'deal',
      [
        { marker: 'd-1', values: { name: 'One', stage }, contact: { id: person } },
        { marker: 'd-2', values: { name: 'Two', stage }, contact: { make: contacts(1)[0]! } },
      ],
      never,
    )
    expect(answers).toMatchObject([{ ok: true }, { ok: false, error: { code: 'rate_limited', retryable: true } }])
    expect(double.leads().map(({ name }) => name)).toEqual(['One'])
  })
})

describe('writes that take too long', () => {
  test('are in doubt, and become smaller, and slowly larger again', async () => {
    const { double, adapter } = await start()
    expect(adapter.abilities().batch).toBe(50)
    double.inject({ kind: 'status', status: 504, when: 'after' }, { method: 'POST' })
    await expect(adapter.write('contact', contacts(3), never)).rejects.toMatchObject({ code: 'timeout' })
    expect(adapter.abilities().batch).toBe(25)
    await adapter.write('contact', contacts(1), never)
    expect(adapter.abilities().batch).toBe(30)
  })

  test('so do those that got no answer in time', async () => {
    const { adapter, context } = await start()
    context.http.request = async () => {
      throw new AppError('timeout', 'There was no answer within 15 seconds.')
    }
    await expect(adapter.write('contact', contacts(3), never)).rejects.toMatchObject({ code: 'timeout' })
    expect(adapter.abilities().batch).toBe(25)
  })

  test('are cut into what may be sent', async () => {
    const { double, adapter, since } = await start()
    double.inject({ kind: 'status', status: 504, when: 'before' }, { method: 'POST' })
    await expect(adapter.write('contact', contacts(50), never)).rejects.toMatchObject({ code: 'timeout' })
    expect((await adapter.write('contact', contacts(50), never)).every(({ ok }) => ok)).toBe(true)
    expect(since().map(({ body }) => (body as unknown[]).length)).toEqual([50, 25, 25])
  })
})

test('an answer that does not tell of everything leaves it in doubt', async () => {
  const { adapter, context } = await start()
  const ask = context.http.request
  context.http.request = async (request: SafeRequest) => {
    const answer = await ask(request)
    if (request.method !== 'POST') return answer
    const json = JSON.parse(new TextDecoder().decode(answer.body))
    json._embedded.contacts.reverse().pop()
    return { ...answer, body: new TextEncoder().encode(JSON.stringify(json)) }
  }
  await expect(adapter.write('contact', contacts(3), never)).rejects.toMatchObject({ code: 'unavailable' })
})

test('answers in another order find their writes', async () => {
  const { double, adapter, context } = await start()
  const ask = context.http.request
  context.http.request = async (request: SafeRequest) => {
    const answer = await ask(request)
    if (request.method !== 'POST') return answer
    const json = JSON.parse(new TextDecoder().decode(answer.body))
    json._embedded.contacts.reverse()
    return { ...answer, body: new TextEncoder().encode(JSON.stringify(json)) }
  }
  const answers = await adapter.write('contact', contacts(3), never)
  const names = answers.map((one) => one.ok && double.account.contacts.get(Number(one.id))!.name)
  expect(names).toEqual(['Contact 0', 'Contact 1', 'Contact 2'])
})

test.each([
  ['no JSON', '<html>'],
  ['another form', '{"_embedded": {"leads": []}}'],
])('an answer that is %s is told as unavailable', async (_, body) => {
  const { adapter, context } = await start()
  context.http.request = async (request) => ({
    ...empty,
    status: 200,
    body: new TextEncoder().encode(body),
    finalUrl: request.url,
  })
  await expect(adapter.write('contact', contacts(1), never)).rejects.toMatchObject({ code: 'unavailable' })
})

test('an account without webhooks tells how to go on without them', async () => {
  account = await startAccount()
  const { adapter, context } = account
  const ask = context.http.request
  const problem = new TextEncoder().encode('{"title":"Payment Required","detail":"Not in your plan."}')
  context.http.request = async (request) =>
    request.url.endsWith('/webhooks') ? { ...empty, status: 402, body: problem, finalUrl: request.url } : ask(request)
  const failure = adapter.connect(never)
  await expect(failure).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringContaining('set hooks to false'),
  })
})

test('without webhooks none is asked for, and that is told', async () => {
  account = await startAccount({ settings: { hooks: false } })
  const { double, adapter } = account
  await adapter.connect(never)
  expect(adapter.abilities().hooks).toBe(false)
  expect(double.hooks.subscriptions.size).toBe(0)
})

const empty = { headers: {}, body: new Uint8Array(), durationMs: 1 }
