import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SendError } from '../../../../src/conversations/channel.ts'
import { AppError } from '../../../../src/platform/errors.ts'
import type { Fault } from '../../../doubles/bot-api/faults.ts'
import { startTestBot, type TestBot, token } from './bot.ts'

let bot: TestBot

beforeEach(async () => {
  bot = await startTestBot()
})
afterEach(() => bot.stop())

async function failedSend(signal = new AbortController().signal): Promise<AppError> {
  const attempt = bot.adapter.send({ thread: '-500', kind: 'group' }, { action: 'message', text: 'Hi' }, signal)
  const error = await attempt.catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(AppError)
  return error as AppError
}

describe('what a failed call means', () => {
  const cases: [string, Fault, object][] = [
    ['a limit', { kind: 'rate_limited', retryAfter: 7 }, { code: 'rate_limited', retryable: true, retryAfterMs: 7000 }],
    [
      'a group that moved',
      { kind: 'migrated', to: -100500 },
      { failure: { reason: 'migrated', newThreadId: '-100500' } },
    ],
    ['a person who blocked the bot', { kind: 'blocked' }, { failure: { reason: 'unreachable' }, retryable: false }],
    ['a deleted account', { kind: 'deactivated' }, { failure: { reason: 'unreachable' }, retryable: false }],
    ['a group that removed the bot', { kind: 'kicked' }, { failure: { reason: 'unreachable' }, retryable: false }],
    ['a chat that is not there', { kind: 'not_found' }, { failure: { reason: 'unreachable' }, retryable: false }],
    ['a wrong token', { kind: 'unauthorized' }, { code: 'unauthenticated', retryable: false }],
    ['a fault of the server', { kind: 'server_error' }, { code: 'unavailable', retryable: true }],
    [
      'any other refusal',
      { kind: 'error', status: 400, description: 'Bad Request: TOPIC_CLOSED' },
      { code: 'invalid', retryable: false, message: expect.stringContaining('TOPIC_CLOSED') },
    ],
    ['a broken connection', { kind: 'drop', when: 'after' }, { code: 'unavailable', retryable: true }],
  ]

  test.each(cases)('%s', async (_what, fault, expected) => {
    bot.api.inject(fault)
    const error = await failedSend()
    expect(error).toMatchObject(expected)
    if ('failure' in expected) expect(error).toBeInstanceOf(SendError)
  })

  test('a call that its signal ends is broken off at once, and may be tried again', async () => {
    bot.api.inject({ kind: 'hang', when: 'before' })
    const error = await failedSend(AbortSignal.timeout(30))
    expect(error).toMatchObject({ code: 'timeout', retryable: true })
  })

  test('an unreachable server is told without the token, anywhere in the error', async () => {
    await bot.api.close()
    const error = await failedSend()
    expect(error).toMatchObject({ code: 'unavailable', retryable: true })
    const everything = [error, error.cause].map((part) => `${part} ${(part as Error)?.stack} ${JSON.stringify(part)}`)
    expect(everything.join()).not.toContain(token.split(':')[1])
    bot = await startTestBot()
  })

  test("the vendor's words are cleared of the token", async () => {
    const description = `Bad Request: https://api.telegram.org/bot${token}/sendMessage is wrong`
    bot.api.inject({ kind: 'error', status: 400, description })
    expect((await failedSend()).message).toContain('bot<token>/sendMessage is wrong')
  })
})
