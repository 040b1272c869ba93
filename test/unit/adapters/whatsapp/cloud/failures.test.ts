import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SendError } from '../../../../../src/conversations/channel.ts'
import { AppError } from '../../../../../src/platform/errors.ts'
import type { Fault } from '../../../../doubles/cloud-api/cloud-api.ts'
import { accessToken, appSecret, startTestNumber, type TestNumber } from './number.ts'

let number: TestNumber
beforeEach(async () => {
  number = await startTestNumber()
})
afterEach(() => number.stop())

const target = { thread: '16505551234', kind: 'direct' as const }
async function failedSend(signal = new AbortController().signal): Promise<AppError> {
  const error = await number.adapter
    .send(target, { action: 'message', text: 'Hi' }, signal)
    .catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(AppError)
  return error as AppError
}
const refuse = (code: number, status = 400, headers?: Record<string, string>): Fault => ({
  kind: 'refuse',
  status,
  code,
  title: 'Title',
  details: 'Details',
  ...(headers && { headers }),
})

describe('what a failed call means', () => {
  const usage = {
    'x-business-use-case-usage': '{"102290129340398":[{"type":"messages","estimated_time_to_regain_access":2}]}',
  }
  const cases: [string, Fault, object][] = [
    [
      'the window of 24 hours',
      refuse(131047),
      { code: 'conflict', retryable: false, message: expect.stringMatching(/only a template/) },
    ],
    ['too many messages to one person', refuse(131056), { code: 'rate_limited', retryable: true, retryAfterMs: 6000 }],
    ['the throughput', refuse(130429), { code: 'rate_limited', retryable: true, retryAfterMs: 1000 }],
    [
      'the throughput with its time',
      refuse(130429, 400, { 'retry-after': '7' }),
      { code: 'rate_limited', retryAfterMs: 7000 },
    ],
    ['too many calls of the account', refuse(80007), { code: 'rate_limited', retryAfterMs: 60_000 }],
    [
      'too many calls of the app, with their time',
      refuse(4, 400, usage),
      { code: 'rate_limited', retryAfterMs: 120_000 },
    ],
    ['a limit without a number', refuse(9999, 429), { code: 'rate_limited', retryable: true }],
    ['a person who is not on WhatsApp', refuse(131026), { failure: { reason: 'unreachable' }, retryable: false }],
    ['a token that expired', refuse(190, 401), { code: 'unauthenticated', retryable: false }],
    ['a right that is missing', refuse(10, 403), { code: 'forbidden', retryable: false }],
    ['a number that called us spam', refuse(131048), { code: 'conflict', retryable: false }],
    ['a person who wants no marketing', refuse(131050), { code: 'conflict', retryable: false }],
    ['an account that cannot pay', refuse(131042), { code: 'conflict', message: expect.stringMatching(/billing/) }],
    ['a message that needs the number', refuse(131062), { code: 'unsupported', retryable: false }],
    [
      'a template that is not there',
      refuse(132001, 404),
      { code: 'invalid', message: expect.stringMatching(/template/) },
    ],
    [
      'a wrong parameter',
      refuse(100),
      { code: 'invalid', retryable: false, message: expect.stringMatching(/Details/) },
    ],
    ['a fault of the vendor', refuse(131000, 500), { code: 'unavailable', retryable: true }],
    ['a page instead of an answer', { kind: 'garbage', status: 502 }, { code: 'unavailable', retryable: true }],
    ['a page that calls itself a success', { kind: 'garbage', status: 200 }, { code: 'unavailable', retryable: true }],
    ['a broken connection', { kind: 'drop' }, { code: 'unavailable', retryable: true }],
  ]

  test.each(cases)('%s', async (_what, fault, expected) => {
    number.api.inject(fault)
    const error = await failedSend()
    expect(error).toMatchObject(expected)
    if ('failure' in expected) expect(error).toBeInstanceOf(SendError)
    expect(number.api.messages).toEqual([])
  })

  test('a call that its signal ends is broken off at once, and may be tried again', async () => {
    number.api.inject({ kind: 'hang' })
    expect(await failedSend(AbortSignal.timeout(30))).toMatchObject({ code: 'timeout', retryable: true })
  })

  test('no secret stands in an error, wherever the vendor puts it', async () => {
    number.api.inject({
      kind: 'refuse',
      status: 400,
      code: 100,
      title: `access_token ${accessToken}`,
      details: appSecret,
    })
    const refused = await failedSend()
    await number.api.close()
    const unreachable = await failedSend()
    expect(unreachable).toMatchObject({ code: 'unavailable', retryable: true })
    for (const error of [refused, unreachable]) {
      const everything = [error, error.cause]
        .map((part) => `${part} ${(part as Error)?.stack} ${JSON.stringify(part)}`)
        .join()
      expect(everything).not.toContain(accessToken)
      expect(everything).not.toContain(appSecret)
    }
    number = await startTestNumber()
  })
})

describe('the limit of messages to one person', () => {
  const send = () => number.adapter.send(target, { action: 'message', text: 'Hi' }, new AbortController().signal)

  test('lets 45 through at once, then one in six seconds, and others all the time', async () => {
    for (let index = 0; index < 45; index++) await send()
    expect(await failedSend()).toMatchObject({ code: 'rate_limited', retryable: true, retryAfterMs: 6000 })
    number.clock.advance(5_999)
    expect(await failedSend()).toMatchObject({ retryAfterMs: 1 })
    number.clock.advance(1)
    await send()
    expect(await failedSend()).toMatchObject({ retryAfterMs: 6000 })
    const other = { ...target, thread: '16505559999' }
    await number.adapter.send(other, { action: 'message', text: 'Hi' }, new AbortController().signal)
    expect(number.api.messages).toHaveLength(47)
  })

  test('never lets the half of a message through', async () => {
    for (let index = 0; index < 44; index++) await send()
    const media = { type: 'media' as const, media: 'sticker' as const, file: { url: 'https://example.com/s.webp' } }
    const both = () =>
      number.adapter.send(target, { action: 'message', text: 'Hi', parts: [media] }, new AbortController().signal)
    await expect(both()).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 6000 })
    expect(number.api.messages).toHaveLength(44)
    number.clock.advance(6_000)
    expect((await both()).externalIds).toHaveLength(2)
  })

  test('is the vendor’s: over all people it is 80 a second', () => {
    expect(number.adapter.pacing()).toEqual({ perSecond: 80, perThreadPerSecond: 5 })
  })
})
