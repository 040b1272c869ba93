import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { webchatSettings } from '../../../../adapters/webchat/settings.ts'
import { webchat } from '../../../../adapters/webchat/webchat.ts'
import type { ChannelAdapter } from '../../../../src/conversations/channel.ts'
import type { MessageEvent } from '../../../../src/conversations/event.ts'
import { VirtualClock } from '../../../../src/platform/clock.ts'
import type { AppError } from '../../../../src/platform/errors.ts'
import { channelContext } from '../../../channel-context.ts'

const identitySecret = 'a secret of the site, long enough'
const messageId = '0b8fe1a4-3f0c-4a4e-9a53-6e1f0f3c2d11'
const clock = new VirtualClock()

function openAdapter(settings: Record<string, unknown> = { identitySecret }, channelId = 7): ChannelAdapter {
  const read = webchatSettings.parse(settings)
  const channel = { id: channelId, projectId: 1, name: 'site', settings: read }
  return webchat.create(channelContext(read, { channel, hookUrl: 'https://chat.example/hooks/hook_abc', clock }))
}

const anna = `Bearer visitor.${'A'.repeat(43)}`
const boris = `Bearer visitor.${'B'.repeat(43)}`

function post(adapter: ChannelAdapter, body: unknown, authorization: string | undefined = anna) {
  return adapter.receive({
    method: 'POST',
    url: new URL('https://chat.example/hooks/hook_abc'),
    headers: new Headers(authorization ? { authorization } : {}),
    body: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
  })
}

async function receive(body: unknown, authorization?: string, adapter = openAdapter()): Promise<MessageEvent> {
  const { events } = await post(adapter, body, authorization)
  expect(events).toHaveLength(1)
  return events[0] as MessageEvent
}

function refusal(attempt: Promise<unknown>): Promise<AppError> {
  return attempt.then(
    () => Promise.reject(new Error('It was taken.')),
    (error) => error,
  )
}

function signed(user: { id: string; email?: string; phone?: string }, over = user, secret = identitySecret): string {
  const text = [over.id, over.email, over.phone].filter((value) => value !== undefined).join('\n')
  const hash = createHmac('sha256', secret).update(text).digest('hex')
  return `Bearer user.${Buffer.from(JSON.stringify({ ...user, hash })).toString('base64url')}`
}

describe('a message of the page', () => {
  it('becomes an event of the visitor’s own thread and is acknowledged by its id', async () => {
    const { events, response } = await post(openAdapter(), { id: messageId, text: ' Hello ' })
    const [event] = events as [MessageEvent]
    expect(event).toMatchObject({
      kind: 'message',
      externalId: messageId,
      at: clock.now().toISOString(),
      thread: { kind: 'direct' },
      message: { externalId: messageId, text: 'Hello', addressesBot: true },
    })
    expect(event.sender.identities).toEqual([{ kind: 'webchat', value: `7:${event.thread.id}` }])
    expect(response).toMatchObject({ status: 200, body: JSON.stringify({ accepted: messageId }) })
  })

  it('keeps its id when it comes again, also in capitals', async () => {
    const event = await receive({ id: messageId.toUpperCase(), text: 'Hello' })
    expect(event.externalId).toBe(messageId)
  })

  it('carries a pressed button as an answer', async () => {
    const answer = { value: 'cars', label: 'Choose a car' }
    const event = await receive({ id: messageId, answer })
    expect(event.message).toMatchObject({ text: '', parts: [{ type: 'answer', ...answer }] })
  })

  it('reads a command', async () => {
    expect((await receive({ id: messageId, text: '/Start spring sale' })).message.command).toEqual({
      name: 'start',
      argument: 'spring sale',
    })
    expect((await receive({ id: messageId, text: '5/start' })).message.command).toBeUndefined()
  })

  it('holds no character that the database cannot keep', async () => {
    const event = await receive({ id: messageId, text: 'a\0b\ud800c' })
    expect(event.message.text).toBe('ab\ufffdc')
  })

  it('tells what page and browser know of the visitor', async () => {
    const details = { name: 'Anna van Dyk', language: 'ru-RU', timeZone: 'Europe/Moscow', trafficSource: 'spring' }
    const event = await receive({ id: messageId, text: 'Hello', details })
    expect(event.sender).toMatchObject({
      firstName: 'Anna',
      lastName: 'van Dyk',
      language: 'ru-RU',
      timeZone: 'Europe/Moscow',
      trafficSource: 'spring',
    })
  })

  it('leaves out a detail that cannot be read and keeps the rest', async () => {
    const details = { name: 'Anna', email: 'nowhere', phone: 'none', language: '<b>', timeZone: 'Mars/Base' }
    const event = await receive({ id: messageId, text: 'Hello', details })
    expect(event.sender).toEqual({ identities: event.sender.identities, firstName: 'Anna' })
    expect(event.message.parts).toBeUndefined()
  })
})

describe('who writes', () => {
  it('has a thread of their own, which does not hold their secret', async () => {
    const [one, again, other] = [
      await receive({ id: messageId, text: '1' }, anna),
      await receive({ id: messageId, text: '2' }, anna),
      await receive({ id: messageId, text: '3' }, boris),
    ]
    expect(again.thread.id).toBe(one.thread.id)
    expect(other.thread.id).not.toBe(one.thread.id)
    expect(JSON.stringify(one)).not.toContain('A'.repeat(20))
  })

  it('has another thread in another channel', async () => {
    const here = await receive({ id: messageId, text: '1' }, anna)
    const there = await receive({ id: messageId, text: '1' }, anna, openAdapter({}, 8))
    expect(there.thread.id).not.toBe(here.thread.id)
  })

  it.each([
    ['nothing', ''],
    ['a guessable secret', 'Bearer visitor.abc'],
    ['another scheme', `Basic ${'A'.repeat(43)}`],
    ['a user that is no JSON', 'Bearer user.AAAA'],
  ])('is refused with %s', async (_, authorization) => {
    expect(await refusal(post(openAdapter(), { id: messageId, text: 'Hello' }, authorization))).toMatchObject({
      code: 'unauthenticated',
    })
  })

  it('is the site’s user when the site has signed it, and then e-mail and phone count', async () => {
    const user = { id: '42', email: 'anna@shop.example', phone: '+79161234567' }
    const event = await receive({ id: messageId, text: 'Hello' }, signed(user))
    expect(event.thread.id).toBe('user:42')
    expect(event.sender).toMatchObject({ email: user.email, phone: user.phone })
  })

  it.each([
    ['another user’s signature', signed({ id: '43' }, { id: '42' })],
    ['an e-mail that was not signed', signed({ id: '42', email: 'boss@shop.example' }, { id: '42' })],
    ['another key', signed({ id: '42' }, { id: '42' }, 'a secret of somebody else')],
    [
      'an e-mail in the place of the id’s second line',
      signed({ id: '42\nx@y.example' }, { id: '42', email: 'x@y.example' }),
    ],
  ])('is refused with %s', async (_, authorization) => {
    expect(await refusal(post(openAdapter(), { id: messageId, text: 'Hello' }, authorization))).toMatchObject({
      code: 'unauthenticated',
    })
  })

  it('cannot be vouched for without the channel’s secret', async () => {
    const error = await refusal(post(openAdapter({}), { id: messageId, text: 'Hello' }, signed({ id: '42' })))
    expect(error.message).toContain('identitySecret')
  })

  it('does not become another contact by an e-mail that nobody vouches for: the operators see a card', async () => {
    const details = { name: 'Anna', email: 'boss@shop.example', phone: '+7 916 123-45-67' }
    const event = await receive({ id: messageId, text: 'Hello', details })
    expect(event.sender).toEqual({ identities: event.sender.identities, firstName: 'Anna' })
    expect(event.message.parts).toEqual([
      { type: 'contact', name: 'Anna', phone: '+79161234567', email: 'boss@shop.example' },
    ])
  })
})

describe('what cannot be taken', () => {
  it.each([
    ['no JSON', 'Hello', 'not JSON'],
    ['no id', { text: 'Hello' }, 'id'],
    ['a guessable id', { id: '1', text: 'Hello' }, 'id'],
    ['neither text nor answer', { id: messageId }, 'either text or answer'],
    ['both text and answer', { id: messageId, text: 'Hello', answer: { value: 'x' } }, 'either text or answer'],
    ['blanks', { id: messageId, text: '  ' }, 'text'],
    ['a text too long', { id: messageId, text: 'x'.repeat(4001) }, '4000'],
    ['something unknown', { id: messageId, text: 'Hello', direction: 'outbound' }, 'direction'],
  ])('is %s, and the answer names it', async (_, body, named) => {
    const error = await refusal(post(openAdapter(), body))
    expect(error).toMatchObject({ code: 'invalid', retryable: false })
    expect(error.message).toContain(named)
  })

  it('is a body too large', async () => {
    expect(await refusal(post(openAdapter(), ' '.repeat(40_000)))).toMatchObject({ code: 'too_large' })
  })

  it('is a request that is no POST', async () => {
    const request = {
      method: 'GET',
      url: new URL('https://chat.example/hooks/x'),
      headers: new Headers(),
      body: new Uint8Array(),
    }
    expect(await refusal(openAdapter().receive(request))).toMatchObject({ code: 'not_found' })
  })

  it('is a flood of one visitor; the others go on, and the visitor too after a while', async () => {
    const adapter = openAdapter()
    for (let n = 0; n < 20; n++) await post(adapter, { id: messageId, text: `${n}` })
    const error = await refusal(post(adapter, { id: messageId, text: 'more' }))
    expect(error).toMatchObject({ code: 'rate_limited', retryable: true, retryAfterMs: 1000 })
    await post(adapter, { id: messageId, text: 'Hello' }, boris)
    clock.advance(1000)
    await post(adapter, { id: messageId, text: 'more' })
  })
})

describe('a web chat', () => {
  it('takes what we say at once, for the page reads it from the history', async () => {
    const target = { thread: 'visitor:x', kind: 'direct' as const }
    const { externalIds } = await openAdapter().send(
      target,
      { action: 'message', text: 'Hello' },
      AbortSignal.timeout(1000),
    )
    expect(externalIds).toEqual([expect.stringMatching(/^out:[0-9a-f-]{36}$/)])
  })

  it('says that it cannot edit', async () => {
    const target = { thread: 'visitor:x', kind: 'direct' as const }
    const edit = { action: 'edit' as const, messageExternalId: 'out:1', text: 'Hello' }
    expect(await refusal(openAdapter().send(target, edit, AbortSignal.timeout(1000)))).toMatchObject({
      code: 'unsupported',
    })
  })

  it('knows the thread of a visitor of its own and of no other channel', async () => {
    const adapter = openAdapter()
    const { sender, thread } = await receive({ id: messageId, text: 'Hello' }, anna, adapter)
    expect(adapter.threadFor?.([{ kind: 'phone', value: '+79161234567' }, ...sender.identities])).toEqual(thread)
    expect(openAdapter({}, 77).threadFor?.(sender.identities)).toBeUndefined()
  })

  it('is called by the address of its page', async () => {
    expect(await openAdapter().connect()).toEqual({ address: 'https://chat.example/channels/webchat/hook_abc' })
  })
})
