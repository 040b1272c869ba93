import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Outbound, Target } from '../../../../src/conversations/channel.ts'
import type { Content, MediaPart } from '../../../../src/conversations/message.ts'
import { startTestBot, type TestBot } from './bot.ts'

const ann: Target = { thread: '42', kind: 'direct' }
let bot: TestBot

beforeEach(async () => {
  bot = await startTestBot()
})
afterEach(() => bot.stop())

const act = (target: Target, outbound: Outbound) => bot.adapter.send(target, outbound, new AbortController().signal)
const say = (content: Partial<Content>, target = ann) => act(target, { action: 'message', text: '', ...content })
const calls = () => bot.api.calls.map(({ method, params }) => ({ method, params }))

function file(media: MediaPart['media'], name = media as string): MediaPart {
  return { type: 'media', media, file: { ref: name } }
}

describe('sending text', () => {
  test('sends formatting as entities and never as markup', async () => {
    await say({
      text: 'Hello <b> *x* Bob, see here',
      entities: [
        { type: 'bold', offset: 0, length: 5 },
        { type: 'mention', offset: 14, length: 3, identity: { kind: 'telegram', value: '77' } },
        { type: 'link', offset: 23, length: 4, url: 'https://example.com/' },
        { type: 'link', offset: 19, length: 3, url: 'javascript:alert(1)' },
        { type: 'hashtag', offset: 0, length: 5 },
        { type: 'italic', offset: 20, length: 100 },
      ],
    })
    expect(calls()).toEqual([
      {
        method: 'sendMessage',
        params: {
          chat_id: 42,
          text: 'Hello <b> *x* Bob, see here',
          entities: [
            { type: 'bold', offset: 0, length: 5 },
            { type: 'text_mention', offset: 14, length: 3, user: { id: 77, is_bot: false, first_name: 'Bob' } },
            { type: 'text_link', offset: 23, length: 4, url: 'https://example.com/' },
            { type: 'italic', offset: 20, length: 7 },
          ],
        },
      },
    ])
  })

  test('cuts a long text, replies with its first piece and puts the buttons under its last', async () => {
    const text = `${'word '.repeat(1500)}end`
    const receipt = await say({
      text,
      replyToExternalId: '42:7',
      entities: [{ type: 'bold', offset: 0, length: text.length }],
      parts: [{ type: 'buttons', rows: [[{ label: 'OK' }]] }],
    })
    const sent = calls()
    expect(receipt.externalIds).toEqual(['42:1', '42:2'])
    expect(sent.map(({ params }) => String(params.text).length).every((length) => length <= 4096)).toBe(true)
    expect(sent[0]?.params.reply_parameters).toEqual({ message_id: 7, allow_sending_without_reply: true })
    expect(sent[0]?.params.reply_markup).toBeUndefined()
    expect(sent[1]?.params.reply_parameters).toBeUndefined()
    expect(sent[1]?.params.reply_markup).toBeDefined()
    expect(sent[1]?.params.entities).toEqual([{ type: 'bold', offset: 0, length: String(sent[1]?.params.text).length }])
  })

  test('writes into the topic that a thread names', async () => {
    await say({ text: 'Hi' }, { thread: '-100500/7', kind: 'group' })
    await say({ text: 'Hi' }, { thread: '-100500/direct/9', kind: 'direct' })
    expect(calls().map(({ params }) => params)).toEqual([
      { chat_id: -100500, message_thread_id: 7, text: 'Hi' },
      { chat_id: -100500, direct_messages_topic_id: 9, text: 'Hi' },
    ])
  })

  test('replies to nothing when the message is from before the group moved', async () => {
    await say({ text: 'Hi', replyToExternalId: '-500:7' }, { thread: '-100500', kind: 'group' })
    expect(calls()[0]?.params.reply_parameters).toBeUndefined()
  })

  test.each([
    ['an empty message', ann, { text: ' ' }, /neither text nor parts/],
    [
      'a thread of another channel',
      { thread: 'abc', kind: 'direct' } as Target,
      { text: 'x' },
      /"abc" is no Telegram chat/,
    ],
  ])('refuses %s', async (_what, target, content, message) => {
    await expect(say(content, target)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(message),
    })
    expect(calls()).toEqual([])
  })
})

describe('sending buttons', () => {
  test('carries values that fit, and names the place of those that do not', async () => {
    const rows = [
      [{ label: 'Yes', value: 'yes' }, { label: 'No' }],
      [
        { label: 'Long', value: 'я'.repeat(33) },
        { label: 'Odd', value: '#1' },
      ],
      [{ label: 'Open', url: 'https://example.com/' }],
    ]
    await say({ text: 'Choose', parts: [{ type: 'buttons', rows }] })
    expect(calls()[0]?.params.reply_markup).toEqual({
      inline_keyboard: [
        [
          { text: 'Yes', callback_data: 'yes' },
          { text: 'No', callback_data: 'No' },
        ],
        [
          { text: 'Long', callback_data: '#3' },
          { text: 'Odd', callback_data: '#4' },
        ],
        [{ text: 'Open', url: 'https://example.com/' }],
      ],
    })
  })

  test('asks for phone and place by a keyboard that hides after use', async () => {
    const rows = [
      [
        { label: 'My phone', request: 'phone' as const },
        { label: 'My place', request: 'location' as const },
      ],
    ]
    await say({ text: 'Who and where?', parts: [{ type: 'buttons', rows: [...rows, [{ label: 'Skip' }]] }] })
    expect(calls()[0]?.params.reply_markup).toEqual({
      resize_keyboard: true,
      one_time_keyboard: true,
      keyboard: [
        [
          { text: 'My phone', request_contact: true },
          { text: 'My place', request_location: true },
        ],
        [{ text: 'Skip' }],
      ],
    })
  })
})

describe('changing what was sent', () => {
  test('edits text and buttons, and is content when nothing changes', async () => {
    const [id = ''] = (await say({ text: 'One' })).externalIds
    const change = { action: 'edit' as const, messageExternalId: id, text: 'Two' }
    expect(await act(ann, change)).toEqual({ externalIds: [id] })
    expect(await act(ann, change)).toEqual({ externalIds: [id] })
    expect(bot.api.account('700000001:test-token').message(42, 1)).toMatchObject({ text: 'Two' })
  })

  test('edits the caption of a message with media', async () => {
    const [id = ''] = (await say({ text: 'One', parts: [file('image')] })).externalIds
    await act(ann, {
      action: 'edit',
      messageExternalId: id,
      text: 'Two',
      entities: [{ type: 'bold', offset: 0, length: 3 }],
    })
    expect(bot.api.account('700000001:test-token').message(42, 1)).toMatchObject({ caption: 'Two' })
  })

  test('edits the file, and the buttons alone', async () => {
    const [id = ''] = (await say({ text: 'One', parts: [file('image')] })).externalIds
    await act(ann, { action: 'edit', messageExternalId: id, text: 'Two', parts: [file('video', 'clip')] })
    await act(ann, {
      action: 'edit',
      messageExternalId: id,
      text: '',
      parts: [{ type: 'buttons', rows: [[{ label: 'OK' }]] }],
    })
    expect(bot.api.account('700000001:test-token').message(42, 1)).toMatchObject({
      caption: 'Two',
      video: { file_id: 'clip' },
      reply_markup: { inline_keyboard: [[{ text: 'OK' }]] },
    })
  })

  test('refuses an edit that is too long instead of cutting it', async () => {
    const [id = ''] = (await say({ text: 'One' })).externalIds
    const change = act(ann, { action: 'edit', messageExternalId: id, text: 'x'.repeat(4097) })
    await expect(change).rejects.toMatchObject({ code: 'invalid', retryable: false })
  })

  test('deletes, and tells when the message is from before the group moved', async () => {
    const [id = ''] = (await say({ text: 'One' })).externalIds
    await act(ann, { action: 'delete', messageExternalId: id })
    expect(bot.api.account('700000001:test-token').message(42, 1)).toBeUndefined()
    await expect(act(ann, { action: 'delete', messageExternalId: '-500:1' })).rejects.toMatchObject({ code: 'gone' })
  })

  test('shows that it is typing, in the topic', async () => {
    expect(await act({ thread: '-100500/7', kind: 'group' }, { action: 'typing' })).toEqual({ externalIds: [] })
    expect(calls()).toEqual([
      { method: 'sendChatAction', params: { chat_id: -100500, action: 'typing', message_thread_id: 7 } },
    ])
  })
})
