import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Content } from '../../../../../src/conversations/message.ts'
import { png, serveFiles } from './file-server.ts'
import { type SharedBrowser, type SharedChannel, shareBrowser } from './shared-browser.ts'
import { group, hasChromium, people } from './web-channel.ts'

describe.skipIf(!hasChromium)('what is sent through a WhatsApp account', () => {
  let browser: SharedBrowser
  let files: Awaited<ReturnType<typeof serveFiles>>
  let channel: SharedChannel
  const signal = new AbortController().signal
  const send = (thread: string, content: Partial<Content>) =>
    channel.adapter.send(
      { thread, kind: thread.endsWith('@g.us') ? 'group' : 'direct' },
      { action: 'message', text: '', ...content },
      signal,
    )
  const sent = async (thread: string, content: Partial<Content>) => {
    const before = (await browser.record()).sent.length
    const { externalIds } = await send(thread, content)
    const after = (await browser.record()).sent.slice(before)
    expect(externalIds).toEqual(after.map(({ id }) => (id as { _serialized: string })._serialized))
    return after
  }

  beforeAll(async () => {
    ;[browser, files] = await Promise.all([shareBrowser(), serveFiles()])
  })
  beforeEach(async () => {
    channel = await browser.open()
  })
  afterEach(async () => {
    await channel.adapter.close()
    expect((await browser.record()).refused).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await files?.close()
  })

  test('text with its formatting and a mention, as an answer to a message', async () => {
    const question = await browser.stub<string>('receive', { from: people.ann.pn, chat: group.id, body: 'When?' })
    const [message] = await sent(group.id, {
      text: 'Ann: tomorrow, see here',
      entities: [
        { type: 'mention', offset: 0, length: 3, identity: { kind: 'phone', value: '+12015550124' } },
        { type: 'bold', offset: 5, length: 8 },
        { type: 'link', offset: 19, length: 4, url: 'https://example.com/plan' },
      ],
      replyToExternalId: question,
    })
    expect(message).toMatchObject({
      chat: group.id,
      type: 'chat',
      body: '@12015550124: *tomorrow*, see here (https://example.com/plan)',
      quotedStanzaID: question.split('_')[2],
    })
    expect(message?.mentionedJidList).toMatchObject([{ _serialized: people.ann.pn }])
  })

  test('files by address, kept by us, and by reference to a message; each as what it is', async () => {
    const { kept } = await channel.context.files.keep(png, { mime: 'image/png', maxBytes: 1000 })
    const ref = await browser.stub<string>('receiveFile', {
      from: people.ann.pn,
      type: 'image',
      mimetype: 'image/png',
      base64: png.toString('base64'),
    })
    const media = (kind: 'image' | 'voice' | 'animation' | 'sticker' | 'document' | 'video', file: object, more = {}) =>
      ({ type: 'media', media: kind, file, ...more }) as NonNullable<Content['parts']>[number]
    const [image, document, voice, gif, still, sticker] = await sent(people.ann.pn, {
      text: 'Here',
      parts: [
        media('image', { kept }),
        media('document', { ref }, { name: 'plan.png' }),
        media('voice', { url: `${files.url}/audio/ogg` }),
        media('animation', { url: `${files.url}/video/mp4` }),
        media('animation', { url: `${files.url}/image/gif` }),
        media('sticker', { url: `${files.url}/image/webp` }),
      ],
    })
    expect(image).toMatchObject({ type: 'image', mimetype: 'image/png', caption: 'Here' })
    expect(document).toMatchObject({ type: 'document', filename: 'plan.png' })
    expect(document).not.toHaveProperty('caption')
    expect(voice).toMatchObject({ type: 'ptt', mimetype: 'audio/ogg' })
    expect(gif).toMatchObject({ type: 'video', isGif: true })
    expect(still).toMatchObject({ type: 'document', mimetype: 'image/gif' })
    expect(sticker).toMatchObject({ type: 'sticker' })
  })

  test('a file that cannot be had is told, and nothing is sent', async () => {
    const before = (await browser.record()).sent.length
    const part = (file: object) => [{ type: 'media', media: 'image', file }] as Content['parts']
    const missing = send(people.ann.pn, { parts: part({ url: `${files.url}/missing/png` })! })
    await expect(missing).rejects.toMatchObject({ code: 'invalid', retryable: false, message: /404/ })
    const unknown = send(people.ann.pn, { parts: part({ kept: '0'.repeat(64) })! })
    await expect(unknown).rejects.toMatchObject({ code: 'not_found' })
    expect((await browser.record()).sent).toHaveLength(before)
  })

  test('a place and a card', async () => {
    const [place, card] = await sent(people.ann.pn, {
      parts: [
        { type: 'location', latitude: 55.75, longitude: 37.61, title: 'Office', address: 'Main street 1' },
        { type: 'contact', name: 'Dan; Example', phone: '+1 201 555 0127' },
      ],
    })
    expect(place).toMatchObject({ type: 'location', lat: 55.75, lng: 37.61, loc: 'Office\nMain street 1' })
    expect(card).toMatchObject({ type: 'vcard', vcardFormattedName: 'Dan\\; Example' })
    expect(card?.body).toContain('waid=12015550127:+1 201 555 0127')
  })

  test('typing, an edit and taking back', async () => {
    const target = { thread: people.ann.pn, kind: 'direct' as const }
    const [id = ''] = (await send(people.ann.pn, { text: 'Tipo' })).externalIds
    await channel.adapter.send(target, { action: 'typing' }, signal)
    await channel.adapter.send(target, { action: 'edit', messageExternalId: id, text: 'Typo' }, signal)
    await channel.adapter.send(target, { action: 'delete', messageExternalId: id }, signal)
    expect((await browser.record()).done.slice(-3)).toEqual([
      { what: 'typing', chat: people.ann.pn },
      { what: 'edit', id, text: 'Typo' },
      { what: 'revoke', id },
    ])
    const theirs = await browser.stub<string>('receive', { from: people.ann.pn, body: 'Mine' })
    const edit = channel.adapter.send(target, { action: 'edit', messageExternalId: theirs, text: 'Ours' }, signal)
    await expect(edit).rejects.toMatchObject({ code: 'invalid', message: /only our own/ })
  })

  test('a number that has no WhatsApp, or has it under another number, is told before anything is sent', async () => {
    await expect(send(people.eve.pn, { text: 'Hi' })).rejects.toMatchObject({ failure: { reason: 'unreachable' } })
    await browser.stub('identify', people.dan.pn, { movedTo: '12015550129@c.us' })
    await expect(send(people.dan.pn, { text: 'Hi' })).rejects.toMatchObject({
      failure: { reason: 'migrated', newThreadId: '12015550129@c.us' },
    })
    await browser.stub('identify', people.dan.pn, { movedTo: undefined })
    await expect(send('somewhere', { text: 'Hi' })).rejects.toMatchObject({
      code: 'invalid',
      message: /no chat of WhatsApp/,
    })
    await expect(send(people.ann.pn, { text: ' ' })).rejects.toMatchObject({ code: 'invalid', message: /neither text/ })
  })

  test('people are written to first by their number, or by the id that hides it', () => {
    const thread = (...identities: [string, string][]) =>
      channel.adapter.threadFor?.(identities.map(([kind, value]) => ({ kind, value })))?.id
    expect(thread(['phone', '+12015550124'])).toBe('12015550124@c.us')
    expect(thread(['whatsapp_lid', '77'], ['whatsapp', '12015550124'])).toBe('12015550124@c.us')
    expect(thread(['whatsapp_lid', '77'])).toBe('77@lid')
    expect(thread(['telegram', '12015550124'], ['phone', '8 201'])).toBeUndefined()
  })
})
