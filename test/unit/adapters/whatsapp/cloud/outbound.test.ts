import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Content } from '../../../../../src/conversations/message.ts'
import { hookRequest, startTestNumber, type TestNumber, textPayload } from './number.ts'

let number: TestNumber
beforeEach(async () => {
  number = await startTestNumber()
})
afterEach(async () => {
  expect(number.api.refused).toEqual([])
  await number.stop()
})

const ann = '16505551234'
const signal = new AbortController().signal
async function send(content: Partial<Content>, thread = ann) {
  const target = { thread, kind: 'direct' as const }
  await number.adapter.send(target, { action: 'message', text: '', ...content }, signal)
  const sent = number.api.messages.map((message) => message.sent as Record<string, unknown>)
  number.api.messages.length = 0
  return sent
}
const image = { type: 'media' as const, media: 'image' as const, file: { url: 'https://example.com/car.jpg' } }
const button = (label: string, value?: string) => ({ label, ...(value !== undefined && { value }) })
const rows = (...labels: string[]) => ({ type: 'buttons' as const, rows: labels.map((label) => [button(label)]) })

describe('what is sent', () => {
  test('goes to a number by `to`, to a user id by `recipient`, and carries its thread', async () => {
    expect(await send({ text: 'Hi' })).toEqual([
      {
        messaging_product: 'whatsapp',
        recipient_type: 'individual',
        to: ann,
        type: 'text',
        text: { body: 'Hi' },
        biz_opaque_callback_data: ann,
      },
    ])
    const [toUser] = await send({ text: 'Hi' }, 'US.13491208655302741918')
    expect(toUser).toMatchObject({
      recipient: 'US.13491208655302741918',
      biz_opaque_callback_data: 'US.13491208655302741918',
    })
    expect(toUser).not.toHaveProperty('to')
    await expect(send({ text: 'Hi' }, 'somebody')).rejects.toMatchObject({ code: 'invalid' })
  })

  test('shows formatting in the signs of WhatsApp, and asks for a preview of an address', async () => {
    const text = 'bold both\nplain site code'
    const entities: Content['entities'] = [
      { type: 'bold', offset: 0, length: 9 },
      { type: 'italic', offset: 5, length: 4 },
      { type: 'strikethrough', offset: 10, length: 6 },
      { type: 'link', offset: 16, length: 4, url: 'https://example.com/' },
      { type: 'code', offset: 21, length: 4 },
    ]
    expect(await send({ text, entities })).toMatchObject([
      { text: { body: '*bold _both_*\n~plain~ site (https://example.com/) `code`', preview_url: true } },
    ])
  })

  test('closes its signs on each line, and marks each line of a quote', async () => {
    const [bold] = await send({ text: 'one\n two', entities: [{ type: 'bold', offset: 0, length: 8 }] })
    expect(bold).toMatchObject({ text: { body: '*one*\n *two*' } })
    const [quote] = await send({ text: 'a\nb', entities: [{ type: 'quote', offset: 0, length: 3 }] })
    expect(quote).toMatchObject({ text: { body: '> a\n> b' } })
  })

  test('is cut where the signs make it too long', async () => {
    const text = 'word '.repeat(819).trim()
    const entities: Content['entities'] = Array.from({ length: 819 }, (_, index) => ({
      type: 'bold',
      offset: index * 5,
      length: 4,
    }))
    const sent = await send({ text, entities })
    expect(sent.length).toBeGreaterThan(1)
    expect(
      sent
        .map((message) => (message.text as { body: string }).body)
        .join(' ')
        .replaceAll('*', ''),
    ).toBe(text)
  })

  test('answers a message, with the first of several', async () => {
    const sent = await send({
      text: 'See',
      parts: [{ type: 'location', latitude: 1, longitude: 2, title: 'Shop', address: 'Main 1' }],
      replyToExternalId: 'wamid.A',
    })
    expect(sent).toMatchObject([
      { type: 'text', context: { message_id: 'wamid.A' } },
      { type: 'location', location: { latitude: 1, longitude: 2, name: 'Shop', address: 'Main 1' } },
    ])
    expect(sent[1]).not.toHaveProperty('context')
  })

  test('has its text under a picture, and apart from a sticker', async () => {
    expect(await send({ text: 'A car', parts: [image] })).toMatchObject([
      { type: 'image', image: { link: 'https://example.com/car.jpg', caption: 'A car' } },
    ])
    const sticker = { ...image, media: 'sticker' as const }
    expect(await send({ text: 'Ha', parts: [sticker] })).toMatchObject([{ type: 'sticker' }, { type: 'text' }])
  })

  test('tells a document its name, and a voice message that it is one', async () => {
    const offer = { ...image, media: 'document' as const, name: 'offer.pdf' }
    const voice = { ...image, media: 'voice' as const, file: { url: 'https://example.com/v.ogg' } }
    const song = { ...image, media: 'voice' as const, file: { url: 'https://example.com/v.mp3' } }
    expect(await send({ parts: [offer, voice, song] })).toMatchObject([
      { document: { filename: 'offer.pdf' } },
      { audio: { voice: true } },
      { audio: { link: 'https://example.com/v.mp3' } },
    ])
  })

  test('hands over a card', async () => {
    const card = {
      type: 'contact' as const,
      name: 'Ann Example',
      phone: '+16505551234',
      email: 'ann@example.com',
      identity: { kind: 'whatsapp', value: ann },
    }
    expect(await send({ parts: [card] })).toMatchObject([
      {
        contacts: [
          {
            name: { formatted_name: 'Ann Example', first_name: 'Ann' },
            phones: [{ phone: '+16505551234', wa_id: ann }],
            emails: [{ email: 'ann@example.com' }],
          },
        ],
      },
    ])
  })
})

describe('choices', () => {
  test('up to three short ones are buttons, which answer with their value', async () => {
    const parts: Content['parts'] = [{ type: 'buttons', rows: [[button('Yes', 'yes'), button('No')]] }]
    expect(await send({ text: 'Sure?', parts })).toMatchObject([
      {
        interactive: {
          type: 'button',
          body: { text: 'Sure?' },
          action: { buttons: [{ reply: { id: 'yes', title: 'Yes' } }, { reply: { id: 'No', title: 'No' } }] },
        },
      },
    ])
  })

  test('more, or long ones, are a list whose rows tell the whole label', async () => {
    const long = 'A label of more than twenty-four letters'
    const [sent] = await send({ text: 'Which?', parts: [rows('One', 'Two', 'Three', long)] })
    expect(sent).toMatchObject({ interactive: { type: 'list', action: { button: 'Choose' } } })
    const list = (sent!.interactive as { action: { sections: { rows: object[] }[] } }).action.sections[0]!.rows
    expect(list).toHaveLength(4)
    expect(list[3]).toEqual({ id: long, title: 'A label of more than tw…', description: long })
  })

  test('more than ten are numbered text', async () => {
    const labels = Array.from({ length: 11 }, (_, index) => `Choice ${index + 1}`)
    const [sent] = await send({ text: 'Which?', parts: [rows(...labels)] })
    expect((sent!.text as { body: string }).body.split('\n').slice(0, 3)).toEqual([
      'Which?',
      '1. Choice 1',
      '2. Choice 2',
    ])
  })

  test('an address alone is a button, beside choices it is text', async () => {
    const site = { label: 'Our site', url: 'https://example.com/' }
    expect(await send({ text: 'Look', parts: [{ type: 'buttons', rows: [[site]] }] })).toMatchObject([
      { interactive: { type: 'cta_url', action: { parameters: { display_text: 'Our site', url: site.url } } } },
    ])
    expect(await send({ text: 'Look', parts: [{ type: 'buttons', rows: [[button('Yes'), site]] }] })).toMatchObject([
      { interactive: { type: 'button', body: { text: 'Look\nOur site: https://example.com/' } } },
    ])
  })

  test('stand under a picture, and behind a text that is too long for them', async () => {
    expect(await send({ text: 'Nice?', parts: [image, rows('Yes')] })).toMatchObject([
      { interactive: { header: { type: 'image', image: { link: image.file.url } }, body: { text: 'Nice?' } } },
    ])
    expect(await send({ text: 'x'.repeat(1025), parts: [rows('Yes')] })).toMatchObject([
      { type: 'text' },
      { interactive: { body: { text: '👇' } } },
    ])
  })
})

describe('typing', () => {
  test('is shown under what the person said last, which is read by then', async () => {
    const type = () =>
      number.adapter.send({ thread: 'US.16505551234000', kind: 'direct' }, { action: 'typing' }, signal)
    expect(await type()).toEqual({ externalIds: [] })
    expect(number.api.receipts).toEqual([])
    await number.adapter.receive(hookRequest(textPayload('wamid.1')))
    await number.adapter.receive(hookRequest(textPayload('wamid.2')))
    await type()
    expect(number.api.receipts).toEqual([{ message_id: 'wamid.2', typing: true }])
  })

  test('that fails holds nothing up', async () => {
    await number.adapter.receive(hookRequest(textPayload('wamid.1')))
    number.api.inject({ kind: 'refuse', status: 500, code: 131000 })
    const target = { thread: 'US.16505551234000', kind: 'direct' as const }
    expect(await number.adapter.send(target, { action: 'typing' }, signal)).toEqual({ externalIds: [] })
  })
})
