import { afterEach, describe, expect, test } from 'vitest'
import { newMessageId, ownHeader } from '../../../../adapters/email/threads/message-id.ts'
import type { ChannelEvent } from '../../../../src/conversations/event.ts'
import { hasDovecot, mailbox } from '../../../doubles/mail/dovecot.ts'
import { letter, startDesk, type TestDesk, texts } from './desk.ts'

let desk: TestDesk

afterEach(() => desk?.stop())

const condition = () => desk.context.conditions.at(-1)
/** Every thing once, whatever was handed over twice: the program knows events by their ids. */
const stored = () => [...new Map(desk.context.received.map((event) => [event.externalId, event])).values()]
const reads = (expected: string[]) =>
  expect.poll(() => texts(stored()), { timeout: 10_000, interval: 10 }).toEqual(expected)

async function listening(settings: Record<string, unknown> = {}): Promise<() => Promise<void>> {
  desk = await startDesk(settings)
  const stop = await desk.listen()
  await expect.poll(() => condition()?.state, { timeout: 10_000, interval: 10 }).toBe('working')
  return stop
}

describe.skipIf(!hasDovecot)('a mailbox that is listened to', () => {
  test('hands over what comes, in order, and marks nothing as read', async () => {
    await listening()
    for (const number of [1, 2, 3]) desk.imap.deliver(letter(number))
    await reads(['Hello 1', 'Hello 2', 'Hello 3'])
    expect(desk.context.received[0]).toMatchObject({
      kind: 'message',
      thread: { kind: 'email', title: 'Question 1' },
      sender: { identities: [{ kind: 'email', value: 'ann@example.org' }], firstName: 'Ann', lastName: 'Example' },
      message: { externalId: '<m1@example.org>', addressesBot: true },
    })
    expect(desk.imap.seen()).toBe(0)
  })

  test('reads what lay there before only where the settings say so, and marks as read where they do', async () => {
    desk = await startDesk()
    desk.imap.deliver(letter('old'))
    const stop = await desk.listen()
    await expect.poll(() => condition()?.state).toBe('working')
    desk.imap.deliver(letter('new'))
    await reads(['Hello new'])
    await stop()
    desk.context.kept.clear()
    desk.context.received.splice(0)
    const { settings } = desk.context.channel
    await desk.listen({
      channel: { ...desk.context.channel, settings: { ...settings, readFromStart: true, markSeen: true } },
    })
    await reads(['Hello old', 'Hello new'])
    await expect.poll(() => desk.imap.seen()).toBe(2)
  })

  test('goes on after a restart where it was, with what came meanwhile, and nothing twice', async () => {
    const stop = await listening()
    desk.imap.deliver(letter(1))
    await reads(['Hello 1'])
    await stop()
    desk.imap.deliver(letter(2))
    desk.imap.deliver(letter(3))
    await desk.listen()
    await reads(['Hello 1', 'Hello 2', 'Hello 3'])
    expect(desk.context.received).toHaveLength(3)
  })

  test('moves on only when what it read is stored', async () => {
    desk = await startDesk()
    let failures = 2
    const receive = async (events: ChannelEvent[]) => {
      if (failures-- > 0) throw new Error('The database is away.')
      desk.context.received.push(...events)
    }
    await desk.listen({ receive })
    await expect.poll(() => condition()?.state).toBe('working')
    desk.imap.deliver(letter(1))
    await expect.poll(() => condition()).toMatchObject({ state: 'failing' })
    await reads(['Hello 1'])
    expect(failures).toBeLessThan(0)
  })

  test('loses and doubles nothing when the server numbers its letters anew', async () => {
    const stop = await listening()
    desk.imap.deliver(letter(1))
    desk.imap.deliver(letter('without an id', { 'Message-ID': undefined }))
    await reads(['Hello 1', 'Hello without an id'])
    const before = desk.context.kept.get('place:inbox')
    await stop()
    desk.imap.renumber(77)
    desk.imap.deliver(letter(2))
    await desk.listen()
    desk.imap.deliver(letter(3))
    await reads(['Hello 1', 'Hello without an id', 'Hello 2', 'Hello 3'])
    expect(desk.context.kept.get('place:inbox')).not.toBe(before)
    await expect
      .poll(() => JSON.parse(desk.context.kept.get('place:inbox')!))
      .toMatchObject({ uidValidity: '77', lastUid: 4 })
  })

  test('loses and doubles nothing when the server is killed, and tells how it fares', async () => {
    await listening()
    desk.imap.deliver(letter(1))
    await reads(['Hello 1'])
    await desk.imap.kill()
    await expect
      .poll(() => condition(), { timeout: 10_000 })
      .toMatchObject({ state: 'failing', error: expect.stringMatching(/cannot be reached|lost/) })
    desk.imap.deliver(letter(2))
    await desk.imap.start()
    await expect.poll(() => condition()?.state, { timeout: 10_000 }).toBe('working')
    desk.imap.deliver(letter(3))
    await reads(['Hello 1', 'Hello 2', 'Hello 3'])
    expect(desk.context.received).toHaveLength(3)
  })

  test('tells of a wrong password without the password, and of a mailbox that is not there', async () => {
    desk = await startDesk({ password: 'not this one' })
    const stop = await desk.listen()
    await expect
      .poll(() => condition())
      .toMatchObject({ state: 'failing', error: expect.stringContaining('refuses to sign in') })
    expect(JSON.stringify(desk.context.conditions)).not.toContain('not this one')
    await stop()
    const { channel } = desk.context
    const settings = {
      ...channel.settings,
      password: mailbox.password,
      imap: { ...channel.settings.imap, mailbox: 'Nowhere' },
    }
    await desk.listen({ channel: { ...channel, settings } })
    await expect.poll(() => condition()?.error).toMatch(/mailbox "Nowhere"/)
  })

  test('takes what a person sent from the mail program as the team’s, and leaves ours out', async () => {
    await listening()
    const key = desk.context.kept.get('key')!
    const byHand = { From: mailbox.user, To: 'Ann Example <ann@example.org>', 'In-Reply-To': '<m1@example.org>' }
    desk.imap.deliver(letter('ours', { 'Message-ID': newMessageId(key, 'ann@example.org', 'example.com') }), 'Sent')
    desk.imap.deliver(letter('by hand', byHand), 'Sent')
    await reads(['Hello by hand'])
    expect(desk.context.received).toMatchObject([
      { kind: 'own_message', to: { identities: [{ kind: 'email', value: 'ann@example.org' }] } },
    ])
    desk.imap.deliver(letter(1))
    await expect.poll(() => stored().length).toBe(2)
    expect(stored()[1]?.thread.id).toBe(stored()[0]?.thread.id)
  })

  test('does not believe a letter that came in to be the team’s because it names our address', async () => {
    await listening()
    const forged = { From: mailbox.user, To: 'Ann Example <ann@example.org>', 'Message-ID': '<forged@example.org>' }
    desk.imap.deliver(letter('forged', forged))
    await expect.poll(() => desk.context.received.map(({ kind }) => kind)).toEqual(['unknown'])
    desk.imap.deliver(letter('forged', forged), 'Sent')
    await expect.poll(() => desk.context.received.map(({ kind }) => kind)).toEqual(['unknown', 'own_message'])
    const [first, second] = desk.context.received
    expect(first?.externalId).not.toBe(second?.externalId)
  })

  test('knows a letter of ours that its server renamed, and the answer to it', async () => {
    await listening()
    const [own] = (
      await desk.adapter.send(
        { thread: 'ann@example.org', kind: 'email' },
        { action: 'message', text: 'Hi' },
        new AbortController().signal,
      )
    ).externalIds
    const renamed = {
      From: mailbox.user,
      To: 'ann@example.org',
      'Message-ID': '<renamed@provider.example>',
      [ownHeader]: own!.slice(1, -1),
    }
    desk.imap.deliver(letter('ours', renamed), 'Sent')
    await expect.poll(() => [...desk.context.kept.keys()].some((name) => name.startsWith('alias:'))).toBe(true)
    desk.imap.deliver(
      letter('answer', { 'In-Reply-To': '<renamed@provider.example>', References: '<renamed@provider.example>' }),
    )
    await reads(['Hello answer'])
    expect(stored()[0]?.thread.id).toBe('ann@example.org')
  })

  test('is not stopped by a letter that cannot be read', async () => {
    await listening()
    const parts = Array.from({ length: 2_000 }, () => '--b\r\n\r\nx\r\n').join('')
    desk.imap.deliver(letter('bad', { 'Content-Type': 'multipart/mixed; boundary=b', body: parts }))
    desk.imap.deliver(letter('good'))
    await reads(['unknown', 'Hello good'])
    expect(stored()[0]).toMatchObject({ what: 'a letter that cannot be read', raw: { subject: 'Question bad' } })
  })

  test('stops answering somebody who writes faster than a person does', async () => {
    await listening()
    for (let number = 1; number <= 13; number++) desk.imap.deliver(letter(number))
    await expect.poll(() => stored().length, { timeout: 10_000 }).toBe(13)
    const addressed = stored().filter((event) => event.kind === 'message' && event.message.addressesBot)
    expect(addressed).toHaveLength(10)
  })
})
