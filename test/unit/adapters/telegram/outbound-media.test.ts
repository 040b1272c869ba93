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

describe('sending media', () => {
  test('puts a short text under it and a long one after it', async () => {
    await say({
      text: 'Red',
      entities: [{ type: 'bold', offset: 0, length: 3 }],
      parts: [{ ...file('image'), spoiler: true }],
    })
    await say({ text: 'x'.repeat(1025), parts: [file('video')] })
    await say({ text: 'Look', parts: [file('video_note')] })
    expect(calls()).toMatchObject([
      {
        method: 'sendPhoto',
        params: { photo: 'image', caption: 'Red', caption_entities: [{ type: 'bold' }], has_spoiler: true },
      },
      { method: 'sendVideo', params: { video: 'video' } },
      { method: 'sendMessage', params: { text: 'x'.repeat(1025) } },
      { method: 'sendVideoNote', params: { video_note: 'video_note' } },
      { method: 'sendMessage', params: { text: 'Look' } },
    ])
  })

  test('joins into albums what Telegram lets join, ten at most', async () => {
    const images = Array.from({ length: 11 }, (_, index) => file('image', `image${index}`))
    const receipt = await say({
      text: 'All',
      parts: [...images, file('video'), file('voice'), file('document'), file('document')],
    })
    expect(calls().map(({ method }) => method)).toEqual([
      'sendMediaGroup',
      'sendMediaGroup',
      'sendVoice',
      'sendMediaGroup',
    ])
    const [first, second] = calls().map(({ params }) => params.media as { type: string; caption?: string }[])
    expect(first).toHaveLength(10)
    expect(first?.map((item) => item.caption)).toEqual(['All', ...Array.from({ length: 9 }, () => undefined)])
    expect(second?.map((item) => item.type)).toEqual(['photo', 'video'])
    expect(receipt.externalIds).toHaveLength(15)
    expect(bot.api.refused).toEqual([])
  })

  test('hangs buttons on one picture, but not on an album', async () => {
    const buttons = { type: 'buttons' as const, rows: [[{ label: 'OK' }]] }
    await say({ text: 'One', parts: [file('image'), buttons] })
    await say({ text: 'Two', parts: [file('image'), file('image'), buttons] })
    await say({ parts: [file('image'), file('image'), buttons] })
    expect(calls().map(({ method, params }) => [method, params.reply_markup !== undefined])).toEqual([
      ['sendPhoto', true],
      ['sendMediaGroup', false],
      ['sendMessage', true],
      ['sendMediaGroup', false],
      ['sendMessage', true],
    ])
  })

  test('sends places and cards', async () => {
    await say({
      parts: [
        { type: 'location', latitude: 1, longitude: 2, livePeriod: 60 },
        { type: 'location', latitude: 1, longitude: 2, title: 'Office', address: 'Main street' },
        { type: 'contact', name: 'Ann Mary Example', phone: '+15550100' },
        { type: 'contact', name: 'Bob', email: 'bob@example.com' },
      ],
    })
    expect(calls()).toEqual([
      { method: 'sendLocation', params: { chat_id: 42, latitude: 1, longitude: 2, live_period: 60 } },
      {
        method: 'sendVenue',
        params: { chat_id: 42, latitude: 1, longitude: 2, title: 'Office', address: 'Main street' },
      },
      {
        method: 'sendContact',
        params: { chat_id: 42, phone_number: '+15550100', first_name: 'Ann', last_name: 'Mary Example' },
      },
      { method: 'sendMessage', params: { chat_id: 42, text: 'Bob, bob@example.com' } },
    ])
  })

  test('uploads a file that we keep, alone, in an album and in place of another', async () => {
    const keep = async (text: string) => {
      const { kept } = await bot.context.files.keep(new TextEncoder().encode(text), { maxBytes: 100 })
      return { kept }
    }
    const offer: MediaPart = { type: 'media', media: 'document', file: await keep('Offer'), name: 'offer.txt' }
    const terms: MediaPart = { type: 'media', media: 'document', file: await keep('Terms') }
    const { externalIds } = await say({ text: 'Look', parts: [offer] })
    await say({ parts: [offer, terms] })
    await act(ann, { action: 'edit', messageExternalId: externalIds[0]!, text: 'Look again', parts: [terms] })
    const [alone, album, edited] = calls().map(({ params }) => params)
    const content = async (file: unknown) => [(file as File).name, await (file as File).text()]
    expect(alone?.caption).toBe('Look')
    expect(await content(alone?.document)).toEqual(['offer.txt', 'Offer'])
    const items = album?.media as { media: unknown }[]
    expect(await Promise.all(items.map(({ media }) => content(media)))).toEqual([
      ['offer.txt', 'Offer'],
      ['document', 'Terms'],
    ])
    expect(await content((edited?.media as { media: unknown } | undefined)?.media)).toEqual(['document', 'Terms'])
    expect(bot.api.refused).toEqual([])
  })

  test('says that a file is no longer kept', async () => {
    const gone: MediaPart = { type: 'media', media: 'document', file: { kept: '0'.repeat(64) } }
    await expect(say({ parts: [gone] })).rejects.toMatchObject({ code: 'not_found', retryable: false })
    expect(calls()).toEqual([])
  })

  test('uploads again what an attempt did not bring through', async () => {
    const { kept } = await bot.context.files.keep(new TextEncoder().encode('Offer'), { maxBytes: 100 })
    bot.api.inject({ kind: 'drop', when: 'before' })
    const offer: MediaPart = { type: 'media', media: 'document', file: { kept } }
    await expect(say({ parts: [offer] })).rejects.toMatchObject({ retryable: true })
    await say({ parts: [offer] })
    expect(calls().map(({ method }) => method)).toEqual(['sendDocument'])
  })
})
