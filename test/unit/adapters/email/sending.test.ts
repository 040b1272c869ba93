import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createEmailAdapter } from '../../../../adapters/email/adapter.ts'
import { readLetter } from '../../../../adapters/email/inbound/read-letter.ts'
import type { EmailSettings } from '../../../../adapters/email/settings.ts'
import { threadMemory } from '../../../../adapters/email/threads/thread-memory.ts'
import type { ChannelAdapter } from '../../../../src/conversations/channel.ts'
import type { ChannelEvent } from '../../../../src/conversations/event.ts'
import type { Content } from '../../../../src/conversations/message.ts'
import { channelContext, type TestContext } from '../../../channel-context.ts'
import { type SmtpDouble, type SmtpFault, startSmtp } from '../../../doubles/mail/smtp-double.ts'
import { deskSettings, letter } from './desk.ts'

let smtp: SmtpDouble
let context: TestContext<EmailSettings>
let adapter: ChannelAdapter

beforeEach(async () => {
  smtp = await startSmtp()
  context = channelContext(deskSettings(9, smtp.port, { maxAttachmentBytes: 1000 }))
  adapter = createEmailAdapter(context)
})
afterEach(async () => {
  await adapter.close()
  await smtp.stop()
  expect(smtp.refused).toEqual([])
})

const ann = 'ann@example.org'
const signal = new AbortController().signal
const write = async (thread: string, content: Partial<Content>) => {
  const { externalIds } = await adapter.send(
    { thread, kind: 'email' },
    { action: 'message', text: '', ...content },
    signal,
  )
  return externalIds[0]!
}
const last = () => smtp.arrived.at(-1)!

/** A letter that comes in, as the listening process takes it. */
async function comesIn(source: string): Promise<ChannelEvent & { thread: { id: string } }> {
  const memory = threadMemory(context.state)
  const desk = {
    ...{ address: 'desk@example.com', key: await memory.key(), memory, files: context.files },
    ...{ maxAttachmentBytes: 1000, isLoop: () => false },
  }
  const events = await readLetter(
    desk,
    Buffer.from(source),
    { box: 'inbox', at: context.clock.now(), cut: false },
    context.log,
  )
  expect(events).toHaveLength(1)
  return events[0]!
}

describe('a thread', () => {
  test('that somebody begins goes on in one thread, both ways', async () => {
    const first = await comesIn(letter(1))
    const ours = await write(first.thread.id, { text: 'Welcome' })
    expect(last()).toMatchObject({ from: 'desk@example.com', to: [ann] })
    expect(last().mail).toMatchObject({
      subject: 'Re: Question 1',
      messageId: ours,
      inReplyTo: '<m1@example.org>',
      references: '<m1@example.org>',
      from: { value: [{ name: 'North Cars', address: 'desk@example.com' }] },
    })
    const answer = await comesIn(
      letter(2, { Subject: 'Re: Question 1', 'In-Reply-To': ours, References: `<m1@example.org> ${ours}` }),
    )
    expect(answer.thread.id).toBe(first.thread.id)
    await write(first.thread.id, { text: 'And?' })
    expect(last().mail).toMatchObject({
      inReplyTo: '<m2@example.org>',
      references: ['<m1@example.org>', ours, '<m2@example.org>'],
    })
  })

  test('is found by a letter of ours alone, where a program names no other', async () => {
    const first = await comesIn(letter(1))
    const ours = await write(first.thread.id, { text: 'Welcome' })
    expect((await comesIn(letter(2, { 'In-Reply-To': ours }))).thread.id).toBe(first.thread.id)
  })

  test('is found by its subject and who wrote, where a program names no letter at all', async () => {
    const first = await comesIn(letter(1))
    expect((await comesIn(letter(2, { Subject: 'AW: question 1' }))).thread.id).toBe(first.thread.id)
    expect((await comesIn(letter(3, { Subject: 'Re: Question 1', From: 'bob@example.org' }))).thread.id).not.toBe(
      first.thread.id,
    )
    expect((await comesIn(letter(4, { Subject: 'Question 1' }))).thread.id).not.toBe(first.thread.id)
  })

  test('that we begin is named after the address, and answers find it', async () => {
    expect(
      adapter.threadFor?.([
        { kind: 'phone', value: '+15550100' },
        { kind: 'email', value: ann },
      ]),
    ).toEqual({ id: ann, kind: 'email' })
    expect(adapter.threadFor?.([{ kind: 'phone', value: '+15550100' }])).toBeUndefined()
    const ours = await write(ann, { text: 'Hello' })
    expect(last().mail).toMatchObject({ subject: 'Notification', to: { value: [{ address: ann }] } })
    expect(last().mail.inReplyTo).toBeUndefined()
    const answer = await comesIn(letter(1, { Subject: 'Re: Notification', 'In-Reply-To': ours, References: ours }))
    expect(answer.thread.id).toBe(ann)
  })

  test('cannot be named by somebody else', async () => {
    const forged = `<00000000-0000-4000-8000-000000000000.a${Buffer.from(ann).toString('hex')}.${'0'.repeat(20)}@example.com>`
    const answer = await comesIn(letter(1, { From: 'mallory@example.net', 'In-Reply-To': forged, References: forged }))
    expect(answer).toMatchObject({ kind: 'message', thread: { id: expect.not.stringContaining('@') } })
  })

  test('that we begin goes on under its subject, and begins anew for the reader under another', async () => {
    const offer = await write(ann, { parts: [{ type: 'email', subject: 'An offer' }] })
    await write(ann, { text: 'Did you see it?' })
    expect(last().mail).toMatchObject({ subject: 'An offer', inReplyTo: offer })
    await write(ann, { parts: [{ type: 'email', subject: 'Our hours' }] })
    expect(last().mail.inReplyTo).toBeUndefined()
  })

  test('answers go where the letter asks for, and the form of a site speaks for who filled it in', async () => {
    const asked = await comesIn(letter(1, { 'Reply-To': 'Ann <ann@home.example>' }))
    await write(asked.thread.id, { text: 'Hi' })
    expect(last().to).toEqual(['ann@home.example'])
    const form = await comesIn(letter(2, { From: 'desk@example.com', 'Reply-To': 'Bob Example <bob@example.net>' }))
    expect(form).toMatchObject({
      kind: 'message',
      sender: { identities: [{ kind: 'email', value: 'bob@example.net' }] },
    })
    await write(form.thread.id, { text: 'Hi' })
    expect(last().to).toEqual(['bob@example.net'])
  })

  test('of which nothing is known cannot be written to', async () => {
    await expect(write('0123456789abcdef', { text: 'Hi' })).rejects.toMatchObject({
      code: 'not_found',
      retryable: false,
    })
  })
})

describe('a letter of ours', () => {
  test('says the same as text and as HTML, with what people wrote escaped', async () => {
    const text = 'Bold <b> & "link"\nnext'
    const entities: Content['entities'] = [
      { type: 'bold', offset: 0, length: 8 },
      { type: 'link', offset: 11, length: 6, url: 'https://example.com/?a=1&b="2"' },
      { type: 'link', offset: 18, length: 4, url: 'javascript:alert(1)' },
    ]
    await write(ann, { text, entities })
    expect(last().mail.text?.trim()).toBe(text)
    expect(last().mail.html).toContain(
      '<strong>Bold &lt;b&gt;</strong> &amp; <a href="https://example.com/?a=1&amp;b=&quot;2&quot;">&quot;link&quot;</a><br>\nnext',
    )
    expect(last().mail.html).not.toContain('javascript')
  })

  test('has the HTML, the subject and the recipients that the message brings; the text is made of the HTML where there is none', async () => {
    const html = '<p>Hello <b>Ann</b></p>'
    await write(ann, {
      parts: [
        { type: 'email', subject: 'Line\r\nBcc: x@example.net', html, to: ['two@example.org'], cc: ['c@example.org'] },
      ],
    })
    expect(last().to).toEqual(['two@example.org', 'c@example.org'])
    expect(last().mail).toMatchObject({ subject: 'Line Bcc: x@example.net', html: `${html}` })
    expect(last().mail.text?.trim()).toBe('Hello Ann')
  })

  test('may be empty', async () => {
    await write(ann, { parts: [{ type: 'email' }] })
    expect(last().mail).toMatchObject({ subject: 'Notification' })
    expect(last().mail.text?.trim() ?? '').toBe('')
  })

  test('brings kept files along, and refuses one that is too large', async () => {
    const { kept } = await context.files.keep(Buffer.from('%PDF-1.4'), { mime: 'application/pdf', maxBytes: 100 })
    await write(ann, {
      text: 'Look',
      parts: [{ type: 'media', media: 'document', file: { kept }, name: 'Предложение.pdf' }],
    })
    expect(last().mail.attachments).toMatchObject([
      { filename: 'Предложение.pdf', contentType: 'application/pdf', size: 8 },
    ])
    const large = await context.files.keep(Buffer.alloc(2000), { mime: 'image/png', maxBytes: 5000 })
    const part = { type: 'media' as const, media: 'image' as const, file: { kept: large.kept } }
    await expect(write(ann, { parts: [part] })).rejects.toMatchObject({ code: 'too_large' })
  })

  test('keeps its Message-ID when an attempt broke off, and has another the next time', async () => {
    smtp.fail({ at: 'after' })
    await expect(write(ann, { text: 'Yes' })).rejects.toMatchObject({ retryable: true })
    const broken = last().mail.messageId
    expect(await write(ann, { text: 'Yes' })).toBe(broken)
    expect(await write(ann, { text: 'Yes' })).not.toBe(broken)
  })
})

describe('what the server says to a letter', () => {
  const cases: [string, SmtpFault, object][] = [
    [
      'no such mailbox',
      { at: 'rcpt', code: 550, says: '5.1.1 User unknown' },
      { failure: { reason: 'unreachable' }, retryable: false },
    ],
    [
      'no such mailbox, in an old server',
      { at: 'rcpt', code: 550, says: 'No such user' },
      { failure: { reason: 'unreachable' } },
    ],
    [
      'later',
      { at: 'rcpt', code: 451, says: '4.3.0 Local error in processing' },
      { code: 'unavailable', retryable: true },
    ],
    [
      'greylisted',
      { at: 'rcpt', code: 450, says: '4.2.0 Greylisted for 5 minutes' },
      { code: 'rate_limited', retryAfterMs: 300_000 },
    ],
    [
      'too many',
      { at: 'mail', code: 421, says: '4.7.0 Too many messages' },
      { code: 'rate_limited', retryAfterMs: 60_000 },
    ],
    ['too large', { at: 'data', code: 552, says: '5.3.4 Message too big' }, { code: 'too_large', retryable: false }],
    ['full', { at: 'rcpt', code: 552, says: '5.2.2 Mailbox full' }, { code: 'unavailable', retryable: false }],
    [
      'taken for spam',
      { at: 'data', code: 554, says: '5.7.1 Rejected as spam' },
      { code: 'forbidden', retryable: false },
    ],
    ['not our address', { at: 'mail', code: 553, says: '5.7.1 Sender address rejected' }, { code: 'forbidden' }],
    ['nothing any more', { at: 'mail' }, { code: 'unavailable', retryable: true }],
  ]
  test.each(cases)('%s', async (_, fault, expected) => {
    smtp.fail(fault)
    await expect(write(ann, { text: 'Hi' })).rejects.toMatchObject(expected)
  })
})
