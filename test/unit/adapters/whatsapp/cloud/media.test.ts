import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { MediaKind } from '../../../../../src/conversations/message.ts'
import { startTestNumber, type TestNumber } from './number.ts'

let number: TestNumber
beforeEach(async () => {
  number = await startTestNumber()
})
afterEach(() => number.stop())

const bytes = (text: string) => new TextEncoder().encode(text)
const textOf = async (body: ReadableStream<Uint8Array>) => new Response(body).text()
const signal = new AbortController().signal

async function sendKept(media: MediaKind, mime: string, content = 'content', name?: string) {
  const { kept } = await number.context.files.keep(bytes(content), { mime, maxBytes: 1e9 })
  return sendFile(media, { kept }, name)
}
async function sendFile(media: MediaKind, file: { kept: string } | { ref: string }, name?: string) {
  const part = { type: 'media' as const, media, file, ...(name !== undefined && { name }) }
  await number.adapter.send(
    { thread: '16505551234', kind: 'direct' },
    { action: 'message', text: '', parts: [part] },
    signal,
  )
  return number.api.messages.at(-1)!.sent as Record<string, unknown> & { type: string }
}

describe('a file of ours', () => {
  test('is uploaded with its type and name, and sent by its number', async () => {
    const sent = await sendKept('document', 'application/pdf', 'an offer', 'offer "1".pdf')
    const { id } = sent.document as { id: string }
    expect(number.api.media.get(id)).toMatchObject({
      mime: 'application/pdf',
      name: 'offer _1_.pdf',
      bytes: bytes('an offer'),
    })
  })

  test('is uploaded once, and again when the vendor has forgotten it', async () => {
    await sendKept('image', 'image/png')
    await sendKept('image', 'image/png')
    expect(number.api.media.uploads).toBe(1)
    number.clock.advance(26 * 24 * 3600 * 1000)
    await sendKept('image', 'image/png')
    expect(number.api.media.uploads).toBe(2)
  })

  test.each<[MediaKind, string, string]>([
    ['image', 'image/jpeg', 'image'],
    ['voice', 'audio/ogg', 'audio'],
    ['video_note', 'video/mp4', 'video'],
    ['animation', 'video/mp4', 'video'],
    ['sticker', 'image/webp', 'sticker'],
    ['video', 'application/vnd.ms-excel', 'document'],
    ['image', 'text/plain', 'document'],
  ])('%s of the type %s is sent as %s', async (media, mime, type) => {
    const sent = await sendKept(media, mime)
    expect(sent.type).toBe(type)
    expect(number.api.refused).toEqual([])
    if (media === 'voice') expect(sent.audio).toMatchObject({ voice: true })
  })

  test('of a type that the vendor takes in no way is refused with its words', async () => {
    await expect(sendKept('document', 'application/x-msdownload')).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('application/x-msdownload'),
    })
  })
})

describe('a file of a message', () => {
  test('is fetched with the token by its number, and streams', async () => {
    number.api.media.add('1003383421387256', { bytes: bytes('a picture'), mime: 'image/jpeg' })
    const file = await number.adapter.fetchFile!('1003383421387256')
    expect(file).toMatchObject({ mime: 'image/jpeg', size: 9 })
    expect(await textOf(file.body)).toBe('a picture')
  })

  test('goes on to another person by an upload of its own', async () => {
    number.api.media.add('1003383421387256', { bytes: bytes('a picture'), mime: 'image/jpeg' })
    const sent = await sendFile('image', { ref: '1003383421387256' })
    const { id } = sent.image as { id: string }
    expect(id).not.toBe('1003383421387256')
    expect(number.api.media.get(id)?.bytes).toEqual(bytes('a picture'))
  })

  test('that is gone, or never was, is told', async () => {
    await expect(number.adapter.fetchFile!('404')).rejects.toMatchObject({ code: 'not_found' })
    await expect(number.adapter.fetchFile!('../102290129340398')).rejects.toMatchObject({ code: 'not_found' })
    expect(number.api.calls).toEqual(['GET 404'])
  })

  test.each([
    'https://fbsbx.com.example.com',
    'http://lookaside.fbsbx.com',
    'https://lookaside.fbsbx.com:8443',
    'http://127.0.0.1:9',
  ])('is not fetched from %s, which never sees the token', async (host) => {
    number.api.media.add('1', { bytes: bytes('x'), mime: 'image/jpeg' })
    number.api.fileHost = host
    await expect(number.adapter.fetchFile!('1')).rejects.toMatchObject({ code: 'refused_address' })
  })
})
