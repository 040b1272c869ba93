import { describe, expect, it } from 'vitest'
import { externalRequest } from '../../../../../src/flows/blocks/external-request/external-request.ts'
import type { HttpResult } from '../../../../../src/platform/http-request/perform-request.ts'
import { optionFaults, stepper } from '../step.ts'

const url = 'https://shop.example.com/cars'
const given = {
  scope: { run: { model: 'Niva & "Co"', budget: 500 }, project: { api: 'https://shop.example.com/v1', key: 's3cret' } },
}

async function preparedOf(options: Record<string, unknown>) {
  const outcome = await stepper(externalRequest, { url, ...options }, given).execute()
  if (outcome.do !== 'call') throw new Error('no call')
  expect(outcome.caller).toBe('http')
  return outcome.request
}

/** The outcome of an answer, and what was kept of it. */
async function answered(options: Record<string, unknown>, response: Partial<HttpResult>) {
  const block = stepper(externalRequest, { url, ...options }, given)
  const value = { status: 200, headers: {}, body: null, durationMs: 1, attempts: 1, ...response }
  return { outcome: await block.resume({ because: 'result', result: { ok: true, value } }), taken: block.taken }
}

describe('external-request', () => {
  it('prepares address, query, headers and limits with everything filled in', async () => {
    const options = {
      url: '{{ project.api }}/cars/{{ run.model }}?a=1',
      query: { q: '{{ run.model }}', max: '{{ run.budget }}' },
      headers: { Authorization: 'Bearer {{ project.key }}', Accept: 'text/csv' },
      timeoutSeconds: 5,
      retries: 2,
    }
    expect(await preparedOf(options)).toEqual({
      method: 'GET',
      url: 'https://shop.example.com/v1/cars/Niva%20%26%20%22Co%22?a=1&q=Niva+%26+%22Co%22&max=500',
      headers: { authorization: 'Bearer s3cret', accept: 'text/csv' },
      timeoutMs: 5000,
      retries: 2,
    })
  })

  it.each([
    [
      {
        type: 'json',
        value: { model: '{{ run.model }}', max: '{{ run.budget }}', none: '{{ run.none }}', n: [1, true] },
      },
      '{"model":"Niva & \\"Co\\"","max":500,"none":null,"n":[1,true]}',
      'application/json',
    ],
    [
      { type: 'form', fields: { model: '{{ run.model }}' } },
      'model=Niva+%26+%22Co%22',
      'application/x-www-form-urlencoded',
    ],
    [{ type: 'text', text: 'm: {{ run.model }}' }, 'm: Niva & "Co"', 'text/plain; charset=utf-8'],
  ])('prepares the body %j', async (body, sent, type) => {
    expect(await preparedOf({ method: 'POST', body })).toMatchObject({ body: sent, headers: { 'content-type': type } })
  })

  it('lets a header of the options win over that of the body', async () => {
    const body = { type: 'json', value: {} }
    const headers = { 'Content-Type': 'application/vnd.shop+json' }
    expect(await preparedOf({ method: 'POST', body, headers })).toMatchObject({
      headers: { 'content-type': 'application/vnd.shop+json' },
    })
  })

  it('fails when the address or a header comes out unusable', async () => {
    const noUrl = stepper(externalRequest, { url: '{{ run.none }}/cars' }, given)
    await expect(noUrl.execute()).rejects.toThrow('The option "url" came out as "/cars"; expected an address')
    const scope = { run: { name: 'a\r\nX-Evil: 1' } }
    const broken = stepper(externalRequest, { url, headers: { 'X-Name': '{{ run.name }}' } }, { scope })
    await expect(broken.execute()).rejects.toThrow('The header "X-Name" came out with a line break')
  })

  it('keeps several values of the answer at once', async () => {
    const mapping = [
      { from: 'status', to: 'run.status' },
      { from: 'header:X-Total', to: 'run.total' },
      { from: '$.cars[0].name', to: 'contact.favourite_car' },
      { from: '$.cars[*].price', to: 'run.prices' },
      { from: '$.cars[?@.price < 20].name', to: 'deal.cheap' },
      { from: '$.phone', to: 'contact.phone' },
      { from: '$', to: 'run.all' },
    ]
    const body = {
      cars: [
        { name: 'Niva', price: 10 },
        { name: 'Volga', price: 30 },
      ],
      phone: '+79161234567',
    }
    const { outcome, taken } = await answered({ mapping }, { headers: { 'x-total': '2' }, body })
    expect(outcome).toEqual({ do: 'next', output: 'ok' })
    expect(taken).toEqual([
      ['setContact', { phone: '+79161234567' }, { favourite_car: 'Niva' }],
      ['setVariables', { status: 200, total: '2', prices: [10, 30], all: body }],
      ['setDealVariables', { cheap: 'Niva' }],
    ])
  })

  it('keeps the fallback where the answer has no value, and the old value without one', async () => {
    const mapping = [
      { from: '$.name', to: 'run.name', fallback: 'like {{ run.model }}' },
      { from: '$.none', to: 'run.budget', fallback: '{{ run.budget }}' },
      { from: '$.old', to: 'run.old' },
    ]
    const { taken } = await answered({ mapping }, { body: { none: null } })
    expect(taken).toEqual([['setVariables', { name: 'like Niva & "Co"', budget: 500 }]])
  })

  it('cuts long texts, and keeps no huge objects', async () => {
    const mapping = [
      { from: '$.text', to: 'run.text' },
      { from: '$', to: 'run.all', fallback: 'too large' },
    ]
    const { taken } = await answered({ mapping }, { body: { text: 'x'.repeat(200_000) } })
    expect(taken).toEqual([['setVariables', { text: 'x'.repeat(10_000), all: 'too large' }]])
  })

  it.each([
    [204, 'ok'],
    [404, '404'],
    [503, '5xx'],
    [500, '500'],
  ])('leaves a status %d by "%s"', async (status, output) => {
    const options = { statusOutputs: ['5xx', '404', '500'] }
    expect(stepper(externalRequest, { url, ...options }).outputs).toEqual(['ok', '5xx', '404', '500', 'error'])
    expect((await answered(options, { status })).outcome).toEqual({ do: 'next', output })
  })

  it('fails, and so leaves by "error", with another status or without an answer; fallbacks are kept', async () => {
    expect((await answered({}, { status: 500 })).outcome).toEqual({
      do: 'fail',
      message: 'The answer had the status 500',
    })
    const block = stepper(externalRequest, { url, mapping: [{ from: '$.a', to: 'run.a', fallback: 0 }] })
    const result = { ok: false as const, error: 'There was no complete answer within 15000 ms.' }
    expect(await block.resume({ because: 'result', result })).toEqual({ do: 'fail', message: result.error })
    expect(block.taken).toEqual([['setVariables', { a: 0 }]])
  })

  it('refuses options that make no sense', () => {
    expect(optionFaults(externalRequest, { url, body: { type: 'text', text: 'x' } })).toEqual([
      'body: a GET request carries no body',
    ])
    expect(optionFaults(externalRequest, { url, mapping: [{ from: 'body.a', to: 'run.a' }] })).toEqual([
      'mapping[0].from: expected status, header:<name> or a JSONPath that begins with $',
    ])
    expect(optionFaults(externalRequest, { url, mapping: [{ from: '$.a[', to: 'run.a' }] })[0]).toContain(
      'mapping[0].from: "$.a[" is not a JSONPath',
    )
    expect(optionFaults(externalRequest, { url, mapping: [{ from: '$.a', to: 'contact.shoe_size' }] })[0]).toContain(
      'mapping[0].to: the project has no attribute "shoe_size"',
    )
    expect(optionFaults(externalRequest, { url, timeoutSeconds: 61 })[0]).toContain('timeoutSeconds')
    expect(optionFaults(externalRequest, { url, retries: 6 })[0]).toContain('retries')
    expect(optionFaults(externalRequest, { url, statusOutputs: ['6xx'] })[0]).toContain('statusOutputs[0]')
  })
})
