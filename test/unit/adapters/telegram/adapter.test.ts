import { afterEach, describe, expect, test } from 'vitest'
import { telegram } from '../../../../adapters/telegram/telegram.ts'
import {
  hookRequest,
  hookUrl,
  secret,
  startTestBot,
  type TestBot,
  type TestBotOptions,
  textUpdate,
  token,
} from './bot.ts'

let bot: TestBot | undefined

async function start(options: TestBotOptions = {}): Promise<TestBot> {
  bot = await startTestBot(options)
  return bot
}
afterEach(async () => {
  await bot?.stop()
  bot = undefined
})

const callsOf = (method: string) => bot?.api.calls.filter((call) => call.method === method) ?? []

describe('connecting', () => {
  test('tells the username and sets the webhook with its secret and all kinds of updates', async () => {
    const { adapter } = await start()
    expect(await adapter.connect()).toEqual({ address: '@agent_bot' })
    expect(callsOf('setWebhook')[0]?.params).toMatchObject({
      url: hookUrl,
      secret_token: secret,
      allowed_updates: expect.arrayContaining(['message', 'chat_member', 'message_reaction', 'message_reaction_count']),
      max_connections: 100,
    })
  })

  test('polls where the program has no address of its own, or when told so', async () => {
    const first = await start({ hookUrl: undefined })
    await first.adapter.connect()
    expect(callsOf('deleteWebhook')).toHaveLength(1)
    await first.stop()
    const second = await start({ settings: { mode: 'polling' } })
    await second.adapter.connect()
    expect(callsOf('setWebhook')).toHaveLength(0)
    expect(callsOf('deleteWebhook')[0]?.params).toEqual({})
  })

  test('refuses a webhook without a public address', async () => {
    const { adapter } = await start({ hookUrl: undefined, settings: { mode: 'webhook' } })
    await expect(adapter.connect()).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/PUBLIC_URL/),
    })
  })

  test('makes a secret of its own where none is given, and wants it from then on', async () => {
    const { adapter } = await start({ settings: { webhookSecret: undefined } })
    await adapter.connect()
    const made = String(callsOf('setWebhook')[0]?.params.secret_token)
    expect(made).toMatch(/^[0-9a-f]{64}$/)
    expect((await adapter.receive(hookRequest(textUpdate(1), made))).events).toHaveLength(1)
    await expect(adapter.receive(hookRequest(textUpdate(1), 'guess'))).rejects.toMatchObject({
      code: 'unauthenticated',
    })
  })

  test('tells a wrong token and where the right one comes from', async () => {
    const { adapter, api } = await start()
    api.revoke(token)
    await expect(adapter.connect()).rejects.toMatchObject({
      code: 'unauthenticated',
      message: expect.stringContaining('BotFather'),
    })
  })
})

describe('receiving by webhook', () => {
  test.each([
    ['missing', undefined],
    ['wrong', 'guess'],
    ['empty', ''],
  ])('refuses a secret that is %s', async (_what, given) => {
    const { adapter } = await start()
    await expect(adapter.receive(hookRequest(textUpdate(1), given ?? 'none'))).rejects.toMatchObject({
      code: 'unauthenticated',
    })
  })

  test.each([
    ['no JSON', '{"update_id":'],
    ['no update', { message: {} }],
    ['a list', []],
  ])('refuses a body that is %s', async (_what, body) => {
    const { adapter } = await start()
    await expect(adapter.receive(hookRequest(body))).rejects.toMatchObject({ code: 'invalid' })
  })

  test('keeps an update that lacks what its kind always has', async () => {
    const { adapter } = await start()
    const { events, response } = await adapter.receive(hookRequest({ update_id: 5, message: { text: 'no chat' } }))
    expect(response.status).toBe(200)
    expect(events).toMatchObject([{ kind: 'unknown', externalId: 'update:5', what: 'message' }])
  })

  test('asks for its name only when somebody is called by name, and only once', async () => {
    const { adapter } = await start()
    const chat = { id: -100500, type: 'supergroup', title: 'Showroom' }
    const update = (id: number) => ({
      update_id: id,
      message: {
        ...textUpdate(id, '@agent_bot hi').message,
        chat,
        entities: [{ type: 'mention', offset: 0, length: 10 }],
      },
    })
    await adapter.receive(hookRequest(textUpdate(1)))
    expect(callsOf('getMe')).toHaveLength(0)
    for (const id of [2, 3]) {
      const { events } = await adapter.receive(hookRequest(update(id)))
      expect(events).toMatchObject([{ message: { addressesBot: true } }])
    }
    expect(callsOf('getMe')).toHaveLength(1)
  })

  test('answers a pressed button without holding up what it received', async () => {
    const { adapter, api } = await start()
    api.inject({ kind: 'slow', ms: 50 }, { method: 'answerCallbackQuery' })
    const message = textUpdate(1).message
    const callback_query = { id: '99', from: message.from, chat_instance: '1', data: 'yes', message }
    const { events } = await adapter.receive(hookRequest({ update_id: 7, callback_query }))
    expect(events).toMatchObject([{ kind: 'message', message: { parts: [{ type: 'answer', value: 'yes' }] } }])
    expect(callsOf('answerCallbackQuery')).toHaveLength(0)
    await expect.poll(() => callsOf('answerCallbackQuery')[0]?.params).toEqual({ callback_query_id: '99' })
  })

  test('is not disturbed by a press that can no longer be answered', async () => {
    const { adapter, api } = await start()
    api.inject({ kind: 'error', status: 400, description: 'Bad Request: query is too old' })
    const message = textUpdate(1).message
    const callback_query = { id: '99', from: message.from, chat_instance: '1', data: 'yes', message }
    const { events } = await adapter.receive(hookRequest({ update_id: 7, callback_query }))
    expect(events).toHaveLength(1)
    await expect.poll(() => callsOf('answerCallbackQuery')).toHaveLength(1)
  })
})

describe('fetching files', () => {
  test('gives the content with what is known of it', async () => {
    const { adapter, api } = await start()
    const body = new TextEncoder().encode('a picture')
    api.addFile('photo-1', body, 'image/png')
    const file = await adapter.fetchFile?.('photo-1')
    expect(file).toMatchObject({ mime: 'image/png', size: 1024, name: 'photo-1' })
    expect(await new Response(file?.body).text()).toBe('a picture')
  })

  test('tells a file that is gone, without the address', async () => {
    const { adapter } = await start()
    const attempt = adapter.fetchFile?.('gone')
    await expect(attempt).rejects.toMatchObject({
      code: 'not_found',
      message: expect.not.stringContaining('test-token'),
    })
  })

  test('breaks off a file above 20 MB', async () => {
    const { adapter, api } = await start()
    api.addFile('huge', new Uint8Array(20 * 1024 * 1024 + 1))
    const file = await adapter.fetchFile?.('huge')
    await expect(new Response(file?.body).arrayBuffer()).rejects.toMatchObject({ code: 'too_large' })
  })
})

describe('the picture of a person', () => {
  test('is the largest size of the newest, as far as the person shows any', async () => {
    const { adapter, api } = await start()
    api.account(token).pictures.set(42, 'face')
    api.addFile('face', new TextEncoder().encode('a face'), 'image/jpeg')
    const file = await adapter.fetchPicture?.([{ kind: 'telegram', value: '42' }])
    expect(file?.mime).toBe('image/jpeg')
    expect(await new Response(file?.body).text()).toBe('a face')
    expect(await adapter.fetchPicture?.([{ kind: 'telegram', value: '43' }])).toBeUndefined()
    expect(await adapter.fetchPicture?.([{ kind: 'phone', value: '+79161234567' }])).toBeUndefined()
    expect(api.refused).toEqual([])
  })
})

describe('settings', () => {
  test('need only the token', () => {
    expect(telegram.settings.parse({ token })).toEqual({
      token,
      apiRoot: 'https://api.telegram.org',
      pacing: { messagesPerSecond: 30, perChatPerSecond: 1, perGroupPerMinute: 20 },
    })
  })

  test('say what a token looks like', () => {
    const { error } = telegram.settings.safeParse({ token: 'abc' })
    expect(error?.issues[0]?.message).toContain('BotFather')
  })

  test('mark token and secret as secrets', () => {
    const { token: tokenField, webhookSecret } = telegram.settings.shape
    expect(tokenField?.meta()).toMatchObject({ secret: true })
    expect(webhookSecret?.meta()).toMatchObject({ secret: true })
  })

  test('set the pace', async () => {
    const { adapter } = await start({ settings: { pacing: { perChatPerSecond: 2 } } })
    expect(adapter.pacing()).toEqual({ perSecond: 30, perThreadPerSecond: 2, perGroupPerMinute: 20 })
  })
})
