import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Outbound, SendError } from '../../../../../src/conversations/channel.ts'
import type { AppError } from '../../../../../src/platform/errors.ts'
import { photo } from '../../../../doubles/mtproto/files.ts'
import { family } from '../../../../doubles/mtproto/world.ts'
import { type TestAccount, testAccount } from './account-channel.ts'

let own: TestAccount

beforeEach(async () => {
  own = await testAccount().signedIn()
  await own.server.say('Hello')
  await own.heard(1)
})
afterEach(() => own.stop())

const send = (thread: string, outbound: Outbound, signal = new AbortController().signal) =>
  own.adapter.send({ thread, kind: Number(thread) > 0 ? 'direct' : 'group' }, outbound, signal)
const say = (thread: string, text = 'Hello') => send(thread, { action: 'message', text })

async function failure(attempt: Promise<unknown>): Promise<AppError> {
  return attempt.then(
    () => {
      throw new Error('It went well.')
    },
    (error: unknown) => error as AppError,
  )
}

describe('what a refused sending means', () => {
  const cases: [string, string, number, object][] = [
    ['a wait', 'FLOOD_WAIT_17', 420, { code: 'rate_limited', retryable: true, retryAfterMs: 17_000 }],
    ['a slow group', 'SLOWMODE_WAIT_30', 420, { code: 'rate_limited', retryAfterMs: 30_000 }],
    ['a person who blocked us', 'USER_IS_BLOCKED', 400, { failure: { reason: 'unreachable' }, retryable: false }],
    ['a deleted account', 'INPUT_USER_DEACTIVATED', 400, { failure: { reason: 'unreachable' } }],
    ['a person for Premium accounts', 'PRIVACY_PREMIUM_REQUIRED', 406, { failure: { reason: 'unreachable' } }],
    ['a group where we may not write', 'CHAT_WRITE_FORBIDDEN', 403, { failure: { reason: 'unreachable' } }],
    ['a fault of the server', 'RPC_CALL_FAIL', 500, { code: 'unavailable', retryable: true }],
    ['any other', 'MESSAGE_EMPTY', 400, { code: 'invalid', message: expect.stringContaining('MESSAGE_EMPTY') }],
  ]
  test.each(cases)('%s', async (_what, word, code, expected) => {
    own.server.inject({ word, code })
    const error = await failure(say('42'))
    expect(error).toMatchObject(expected)
    if ('failure' in expected) expect(error).toBeInstanceOf(SendError)
    await say('42')
  })

  test('a group that has become a supergroup tells where it goes on', async () => {
    own.server.world.chats.set(family.id, {
      ...family,
      deactivated: true,
      migratedTo: { _: 'inputChannel', channelId: 1234567890, accessHash: own.server.world.self.accessHash! },
    })
    expect(await failure(say('-5001'))).toMatchObject({
      failure: { reason: 'migrated', newThreadId: '-1001234567890' },
      retryable: true,
    })
  })
})

describe('an account that Telegram takes for a sender of spam', () => {
  const stopped = { state: 'stopped', error: expect.stringContaining('PEER_FLOOD') }

  test('sends nothing more and says why, until somebody connects the channel anew', async () => {
    own.server.inject({ word: 'PEER_FLOOD' })
    expect(await failure(say('42'))).toMatchObject({ code: 'forbidden', retryable: false })
    await expect.poll(() => own.conditions.at(-1)).toMatchObject(stopped)
    const calls = own.server.calls.length
    expect(await failure(say('42'))).toMatchObject({ code: 'forbidden' })
    expect(own.server.calls.length).toBe(calls)
    await own.adapter.connect()
    expect(own.conditions.at(-1)).toMatchObject({ state: 'working' })
    await say('42')
  })

  test('stays stopped over a restart, and still receives', async () => {
    own.server.inject({ word: 'PEER_FLOOD' })
    await failure(say('42'))
    await expect.poll(() => own.context.kept.has('stopped')).toBe(true)
    const before = own
    await before.stop()
    own = before.again()
    await own.listen()
    await expect.poll(() => own.conditions.at(-1)).toMatchObject(stopped)
    expect(await failure(say('42'))).toMatchObject({ code: 'forbidden' })
    await own.server.say('Anybody there?')
    await own.heard(1)
  })

  test('goes on when another process was told to', async () => {
    own.server.inject({ word: 'PEER_FLOOD' })
    await failure(say('42'))
    await expect.poll(() => own.context.kept.has('stopped')).toBe(true)
    await own.again().adapter.connect()
    await say('42')
    expect(own.conditions.at(-1)).toMatchObject({ state: 'working' })
  })
})

describe('finding whom to write to', () => {
  test('a thread by number, name or phone is made of what is known of a person', () => {
    const of = (...identities: [string, string][]) =>
      own.adapter.threadFor?.(identities.map(([kind, value]) => ({ kind, value })))?.id
    expect(of(['phone', '+15550100043'], ['telegram', '42'])).toBe('42')
    expect(of(['phone', '+15550100043'], ['telegram_username', 'ann_example'])).toBe('@ann_example')
    expect(of(['email', 'a@example.com'], ['phone', '+15550100043'])).toBe('+15550100043')
    expect(of(['email', 'a@example.com'])).toBeUndefined()
  })

  test.each([
    ['@ann_example', '42', 'contacts.resolveUsername'],
    ['+15550100043', '43', 'contacts.importContacts'],
  ])('the thread %s moves to the number %s once the person is found', async (thread, newThreadId, method) => {
    const found = own.server.count(method)
    own.server.world.users.get(42)!.username = 'ann_example'
    expect(await failure(say(thread))).toMatchObject({ failure: { reason: 'migrated', newThreadId }, retryable: true })
    expect(own.server.count(method)).toBeGreaterThanOrEqual(found)
    await say(newThreadId)
    expect(own.server.world.messages.at(-1)).toMatchObject({ peerId: { userId: Number(newThreadId) }, out: true })
  })

  test('a number that nothing leads to is not reached, and the error says what would help', async () => {
    const error = await failure(say('43'))
    expect(error).toMatchObject({
      failure: { reason: 'unreachable' },
      message: expect.stringMatching(/@username, a phone/),
    })
  })

  test('whoever was met stays known over a restart', async () => {
    const before = own
    await before.stop()
    own = before.again()
    await own.listen()
    const calls = own.server.calls.length
    await say('42')
    const asked = own.server.calls.slice(calls).map(({ method }) => method)
    expect(asked.filter((method) => !method.startsWith('updates.'))).toEqual(['messages.sendMessage'])
  })

  test('a group is found among the conversations when its hash was lost', async () => {
    own.context.kept.delete('peers')
    const before = own
    await before.stop()
    before.context.kept.delete('peers')
    own = before.again()
    await own.listen()
    await say('-1001234567890')
    expect(own.server.count('messages.getDialogs')).toBe(1)
  })
})

describe('what is sent', () => {
  test('a mention of somebody known calls them; of a stranger it stays text', async () => {
    const entities = [
      { type: 'mention' as const, offset: 0, length: 3, identity: { kind: 'telegram', value: '42' } },
      { type: 'mention' as const, offset: 8, length: 4, identity: { kind: 'telegram', value: '999' } },
    ]
    await send('-1001234567890', { action: 'message', text: 'Ann and John, look', entities })
    expect(own.server.requests('messages.sendMessage').at(-1)?.entities).toMatchObject([
      { _: 'inputMessageEntityMentionName', offset: 0, length: 3, userId: { userId: 42 } },
    ])
  })

  test('a reply, an edit, a deletion and typing go where they belong', async () => {
    const [first = ''] = (await say('-1001234567890')).externalIds
    await send('-1001234567890', { action: 'message', text: 'To that', replyToExternalId: first })
    const number = Number(first.split(':')[1])
    expect(own.server.requests('messages.sendMessage').at(-1)?.replyTo).toMatchObject({ replyToMsgId: number })
    await send('-1001234567890', { action: 'edit', messageExternalId: first, text: 'Hello again' })
    // The same once more changes nothing, and is no failure.
    await send('-1001234567890', { action: 'edit', messageExternalId: first, text: 'Hello again' })
    await send('-1001234567890', { action: 'delete', messageExternalId: first })
    expect(own.server.requests('channels.deleteMessages')).toMatchObject([{ id: [number] }])
    expect(await send('-1001234567890/7', { action: 'typing' })).toEqual({ externalIds: [] })
    expect(own.server.requests('messages.setTyping')).toMatchObject([{ topMsgId: 7 }])
    const strange = send('42', { action: 'delete', messageExternalId: first })
    expect(await failure(strange)).toMatchObject({ code: 'gone' })
  })

  test('a message into a topic stays in it', async () => {
    await say('-1001234567890/7')
    expect(own.server.requests('messages.sendMessage').at(-1)?.replyTo).toMatchObject({ topMsgId: 7 })
  })

  test('a kept file is uploaded, and a file that came is sent again as it is', async () => {
    const { kept } = await own.context.files.keep(Buffer.alloc(5000, 'pdf'), {
      mime: 'application/pdf',
      maxBytes: 10_000,
    })
    const document = { type: 'media' as const, media: 'document' as const, name: 'offer.pdf', file: { kept } }
    await send('42', { action: 'message', text: 'Our offer', parts: [document] })
    const { media, message } = own.server.world.messages.at(-1) ?? {}
    expect(message).toBe('Our offer')
    expect(media).toMatchObject({
      document: { mimeType: 'application/pdf', size: 5000, attributes: [{ fileName: 'offer.pdf' }] },
    })

    const { id } = await own.server.say('Like this', { media: photo(own.server.world, Buffer.from('picture')) })
    await own.heard(2)
    const uploads = own.server.count('upload.saveFilePart')
    const picture = { type: 'media' as const, media: 'image' as const, file: { ref: `42:${id}` } }
    await send('-1001234567890', { action: 'message', text: '', parts: [picture] })
    expect(own.server.requests('messages.sendMedia').at(-1)?.media).toMatchObject({ _: 'inputMediaPhoto' })
    expect(own.server.count('upload.saveFilePart')).toBe(uploads)
    expect(own.server.refused).toEqual([])
  })

  test('an attempt that its signal ends is given up at once, and may be tried again', async () => {
    const error = await failure(send('42', { action: 'message', text: 'Late' }, AbortSignal.abort()))
    expect(error).toMatchObject({ code: 'timeout', retryable: true })
    expect(own.server.count('messages.sendMessage')).toBe(0)
  })
})
