import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type BotApi, startBotApi } from '../../doubles/bot-api/bot-api.ts'

const token = '700000001:test-token'
let api: BotApi
// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes, looked into by single tests
type Any = any

beforeEach(async () => {
  api = await startBotApi({ retryDelayMs: 5 })
})
afterEach(() => api.close())

async function call(method: string, params: unknown = {}) {
  const response = await fetch(`${api.url}/bot${token}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(params),
  })
  return (await response.json()) as { ok: boolean; result?: Any; error_code?: number; description?: string }
}

describe('the Bot API double', () => {
  test('answers a message with a number that grows in its chat', async () => {
    const first = await call('sendMessage', {
      chat_id: 5,
      text: 'Hello',
      entities: [{ type: 'bold', offset: 0, length: 5 }],
    })
    const second = await call('sendMessage', { chat_id: 5, text: 'Again' })
    expect(first.result).toMatchObject({ message_id: 1, chat: { id: 5, type: 'private' }, text: 'Hello' })
    expect(first.result.entities).toEqual([{ type: 'bold', offset: 0, length: 5 }])
    expect(second.result.message_id).toBe(2)
    expect(api.sent(5).map((message) => message.text)).toEqual(['Hello', 'Again'])
  })

  test.each([
    ['an unknown parameter', 'sendMessage', { chat_id: 5, text: 'x', colour: 'red' }, /unknown parameter "colour"/],
    ['a missing parameter', 'sendMessage', { text: 'x' }, /chat_id is empty/],
    ['a wrong type', 'sendMessage', { chat_id: 5, text: 7 }, /"text" must be of type String/],
    [
      'a fault inside an object',
      'sendMessage',
      { chat_id: 5, text: 'x', reply_parameters: { id: 1 } },
      /reply_parameters/,
    ],
    ['empty text', 'sendMessage', { chat_id: 5, text: ' ' }, /message text is empty/],
    ['text that is too long', 'sendMessage', { chat_id: 5, text: 'x'.repeat(4097) }, /message is too long/],
    [
      'a caption that is too long',
      'sendPhoto',
      { chat_id: 5, photo: 'a', caption: 'x'.repeat(1025) },
      /caption is too long/,
    ],
    [
      'an entity outside the text',
      'sendMessage',
      { chat_id: 5, text: 'abc', entities: [{ type: 'bold', offset: 1, length: 3 }] },
      /ENTITY_BOUNDS_INVALID/,
    ],
    [
      'an entity that cuts an emoji in two',
      'sendMessage',
      { chat_id: 5, text: 'a😀', entities: [{ type: 'bold', offset: 0, length: 2 }] },
      /ENTITY_BOUNDS_INVALID/,
    ],
    [
      'button data above 64 bytes',
      'sendMessage',
      { chat_id: 5, text: 'x', reply_markup: { inline_keyboard: [[{ text: 'b', callback_data: 'я'.repeat(33) }]] } },
      /BUTTON_DATA_INVALID/,
    ],
    [
      'a reply to nothing',
      'sendMessage',
      { chat_id: 5, text: 'x', reply_parameters: { message_id: 9 } },
      /replied not found/,
    ],
  ])('refuses and counts %s', async (_title, method, params, description) => {
    const answer = await call(method, params)
    expect(answer).toMatchObject({ ok: false, error_code: 400 })
    expect(answer.description).toMatch(description)
    expect(api.refused).toHaveLength(1)
  })

  test('answers an unknown method with 404 and a revoked token with 401', async () => {
    expect(await call('sendNothing')).toMatchObject({ ok: false, error_code: 404 })
    api.revoke(token)
    expect(await call('getMe')).toMatchObject({ ok: false, error_code: 401, description: 'Unauthorized' })
  })

  test('takes form bodies', async () => {
    const body = new FormData()
    body.set('chat_id', '5')
    body.set('photo', new File(['x'], 'x.png'))
    body.set('caption_entities', '[]')
    const response = await fetch(`${api.url}/bot${token}/sendPhoto`, { method: 'POST', body })
    expect(await response.json()).toMatchObject({ ok: true, result: { photo: [{ width: 90 }, { width: 800 }] } })
    const form = new URLSearchParams({ chat_id: '5', text: 'Hi', disable_notification: 'true' })
    const urlencoded = await fetch(`${api.url}/bot${token}/sendMessage`, { method: 'POST', body: form })
    expect(await urlencoded.json()).toMatchObject({ ok: true, result: { text: 'Hi' } })
  })

  test('meets chosen calls with injected faults, and only those', async () => {
    api.inject({ kind: 'rate_limited', retryAfter: 3 }, { chat: 5 })
    api.inject({ kind: 'migrated', to: -100777 }, { method: 'sendPhoto', times: 2 })
    expect(await call('sendMessage', { chat_id: 6, text: 'x' })).toMatchObject({ ok: true })
    expect(await call('sendMessage', { chat_id: 5, text: 'x' })).toMatchObject({ parameters: { retry_after: 3 } })
    expect(await call('sendMessage', { chat_id: 5, text: 'x' })).toMatchObject({ ok: true })
    expect(await call('sendPhoto', { chat_id: -7, photo: 'a' })).toMatchObject({
      parameters: { migrate_to_chat_id: -100777 },
    })
    expect(api.refused).toEqual([])
  })

  test('can break the connection before and after the call took effect', async () => {
    api.inject({ kind: 'drop', when: 'before' })
    await expect(call('sendMessage', { chat_id: 5, text: 'lost' })).rejects.toThrow()
    expect(api.sent(5)).toEqual([])
    api.inject({ kind: 'drop', when: 'after' })
    await expect(call('sendMessage', { chat_id: 5, text: 'arrived' })).rejects.toThrow()
    expect(api.sent(5)).toHaveLength(1)
  })

  test('gives updates by long polling until the offset confirms them', async () => {
    const waiting = call('getUpdates', { timeout: 5 })
    const pushed = api.push(token, { message: { message_id: 3, date: 1, chat: { id: 5, type: 'private' }, text: 'a' } })
    const [update] = (await waiting).result
    expect((await call('getUpdates')).result).toEqual([update])
    expect((await call('getUpdates', { offset: update.update_id + 1 })).result).toEqual([])
    await pushed
    expect((await call('sendMessage', { chat_id: 5, text: 'b' })).result.message_id).toBe(4)
  })

  test('leaves out kinds of updates that nobody asked for', async () => {
    await api.push(token, { message_reaction: {} })
    await call('getUpdates', { allowed_updates: ['message_reaction'] })
    void api.push(token, { message_reaction: {} })
    expect((await call('getUpdates')).result).toHaveLength(1)
  })

  test('ends the first of two long polls with a conflict, and refuses polling beside a webhook', async () => {
    const first = call('getUpdates', { timeout: 5 })
    await expect
      .poll(() => call('getUpdates', { timeout: 0 }).then(() => Promise.race([first, 'waiting'])))
      .toMatchObject({
        error_code: 409,
      })
    await call('setWebhook', { url: 'http://127.0.0.1:1/hook' })
    expect(await call('getUpdates')).toMatchObject({ error_code: 409 })
  })

  test('posts to the webhook with the secret, in order, again until it is answered', async () => {
    const seen: { secret: unknown; text: string }[] = []
    let failures = 2
    const server = createServer(async (request, response) => {
      const body = await text(request)
      if (failures-- > 0) return response.writeHead(500).end()
      const { message } = JSON.parse(body)
      seen.push({ secret: request.headers['x-telegram-bot-api-secret-token'], text: message.text })
      return response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await call('setWebhook', { url: `http://127.0.0.1:${port}/hook`, secret_token: 'hush' })
    const chat = { id: 5, type: 'private' }
    await Promise.all(
      ['1', '2', '3'].map((text, index) => api.push(token, { message: { message_id: index, date: 1, chat, text } })),
    )
    expect(seen).toEqual(['1', '2', '3'].map((text) => ({ secret: 'hush', text })))
    expect((await call('getWebhookInfo')).result).toMatchObject({ pending_update_count: 0 })
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  test('refuses a webhook without HTTPS outside this machine', async () => {
    expect(await call('setWebhook', { url: 'http://example.org/hook' })).toMatchObject({ error_code: 400 })
  })
})
