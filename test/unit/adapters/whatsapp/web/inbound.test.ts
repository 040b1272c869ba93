import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { ChannelEvent } from '../../../../../src/conversations/event.ts'
import { png } from './file-server.ts'
import { type OpenOptions, type SharedBrowser, type SharedChannel, shareBrowser } from './shared-browser.ts'
import { group, hasChromium, people } from './web-channel.ts'

const ann = {
  identities: [
    { kind: 'whatsapp', value: '12015550124' },
    { kind: 'phone', value: '+12015550124' },
    { kind: 'whatsapp_lid', value: '7700000000124' },
  ],
  firstName: 'Ann',
  lastName: 'Example',
  phone: '+12015550124',
}

describe.skipIf(!hasChromium)('what WhatsApp tells becomes events', () => {
  let browser: SharedBrowser
  let channel: SharedChannel
  const open = async (options?: OpenOptions) => {
    channel = await browser.open(options)
    return channel
  }
  const received = () => channel.context.received
  /** The next so many events. */
  const events = async (count: number): Promise<ChannelEvent[]> => {
    await expect.poll(() => received().length).toBeGreaterThanOrEqual(count)
    return received().slice(0, count)
  }

  beforeAll(async () => {
    browser = await shareBrowser()
  })
  afterAll(() => browser?.close())
  afterEach(() => channel.adapter.close())

  test('a message of somebody who writes under the id that hides the number, which WhatsApp tells all the same', async () => {
    await open()
    const id = await browser.stub('receive', { from: people.ann.lid, body: 'Is it there?', t: 1_790_000_000 })
    expect(await events(1)).toEqual([
      {
        kind: 'message',
        externalId: `message:${id}`,
        thread: { id: people.ann.pn, kind: 'direct' },
        at: '2026-09-21T14:13:20.000Z',
        sender: ann,
        message: { externalId: id, text: 'Is it there?', addressesBot: true },
      },
    ])
  })

  test('somebody who hides the number has a thread of their own, which goes on under the number once it is known', async () => {
    await open()
    await browser.stub('receive', { from: people.bob.lid, body: 'One' })
    expect(await events(1)).toMatchObject([
      { thread: { id: people.bob.lid }, sender: { identities: [{ kind: 'whatsapp_lid', value: '7700000000125' }] } },
    ])
    await browser.stub('identify', people.bob.lid, { pn: '12015550125@c.us' })
    channel.clock.advance(600_000)
    await browser.stub('receive', { from: people.bob.lid, body: 'Two' })
    expect((await events(3)).slice(1)).toMatchObject([
      { kind: 'migration', thread: { id: people.bob.lid }, newThreadId: '12015550125@c.us' },
      { kind: 'message', thread: { id: '12015550125@c.us' }, sender: { phone: '+12015550125' } },
    ])
  })

  test('in a group only a mention of our account and an answer to what it said address the bot', async () => {
    await open()
    const target = { thread: group.id, kind: 'group' as const }
    const signal = new AbortController().signal
    const [ours] = (await channel.adapter.send(target, { action: 'message', text: 'Welcome' }, signal)).externalIds
    const from = { from: people.ann.pn, chat: group.id }
    await browser.stub('receive', { ...from, body: 'Nice day' })
    const mentionedJidList = ['7700000000001@lid']
    await browser.stub('receive', { ...from, body: 'Hey @7700000000001 you', mentionedJidList })
    const quoted = { quotedStanzaID: ours?.split('_')[2], quotedParticipant: '12015550123@c.us' }
    await browser.stub('receive', { ...from, body: 'Thanks', ...quoted })
    const said = (await events(3)).map((event) => (event.kind === 'message' ? event : undefined))
    expect(said.map((event) => event?.message.addressesBot)).toEqual([false, true, true])
    expect(said.map((event) => event?.thread)).toEqual(Array(3).fill({ id: group.id, kind: 'group', title: 'Order 7' }))
    expect(said[0]?.sender).toEqual(ann)
    expect(said[1]?.message.entities).toEqual([
      { type: 'mention', offset: 4, length: 14, identity: { kind: 'whatsapp_lid', value: '7700000000001' } },
    ])
    expect(said[2]?.message.replyToExternalId).toBe(ours)
  })

  test('a file lies with us at once; one that is too large, or gone, stays with WhatsApp by reference', async () => {
    await open({ settings: { mediaLimitMb: 0.001 } })
    const base64 = png.toString('base64')
    const file = { from: people.ann.pn, type: 'image', mimetype: 'image/png', width: 1, height: 1, base64 }
    await browser.stub('receiveFile', { ...file, caption: 'Look', body: 'preview' })
    await browser.stub('receiveFile', { ...file, type: 'document', filename: 'plan.pdf', size: 5_000_000 })
    const lost = await browser.stub('receiveFile', { ...file, base64: btoa('lost'), gone: true })
    const [kept, large, gone] = (await events(3)).map((event) => (event.kind === 'message' ? event.message : undefined))
    expect(kept).toMatchObject({
      text: 'Look',
      parts: [{ type: 'media', media: 'image', mime: 'image/png', size: png.length, width: 1 }],
    })
    const [part] = kept?.parts ?? []
    const sha = part?.type === 'media' && 'kept' in part.file ? part.file.kept : ''
    const opened = await channel.context.files.open(sha)
    expect(Buffer.from(await new Response(opened.body).arrayBuffer())).toEqual(png)
    expect(large?.parts).toMatchObject([
      { media: 'document', name: 'plan.pdf', size: 5_000_000, file: { ref: large?.externalId } },
    ])
    expect(gone?.parts).toMatchObject([{ media: 'image', file: { ref: lost } }])
    await expect(channel.adapter.fetchFile?.(String(lost))).rejects.toMatchObject({ code: 'not_found' })
    const fetched = await channel.adapter.fetchFile?.(String(large?.externalId))
    expect(fetched).toMatchObject({ mime: 'image/png', size: png.length })
  })

  test('what we send is never told, even where WhatsApp tells it before it is sent; what is typed on the phone is', async () => {
    await open()
    const target = { thread: people.ann.pn, kind: 'direct' as const }
    const signal = new AbortController().signal
    await Promise.all(
      ['One', 'Two', 'Three'].map((text) => channel.adapter.send(target, { action: 'message', text }, signal)),
    )
    const id = await browser.stub('receive', { chat: people.ann.pn, fromMe: true, body: 'From the phone' })
    const told = await events(1)
    expect(told).toMatchObject([
      {
        kind: 'own_message',
        thread: { id: people.ann.pn, kind: 'direct' },
        to: { identities: ann.identities },
        message: { externalId: id, text: 'From the phone' },
      },
    ])
    expect(received()).toHaveLength(1)
  })

  test('ticks, edits, reactions and what is taken back', async () => {
    await open()
    const target = { thread: people.ann.pn, kind: 'direct' as const }
    const signal = new AbortController().signal
    const [ours] = (await channel.adapter.send(target, { action: 'message', text: 'Ours' }, signal)).externalIds
    for (const ack of [1, 2, 3]) await browser.stub('ack', ours, ack)
    const theirs = await browser.stub('receive', { from: people.ann.pn, body: 'Tipo' })
    await browser.stub('edit', theirs, 'Typo')
    await browser.stub('react', ours, people.ann.lid, '👍')
    await browser.stub('react', ours, people.ann.lid, '')
    await browser.stub('revoke', theirs)
    expect(await events(8)).toMatchObject([
      { kind: 'status', messageExternalId: ours, status: 'sent' },
      { kind: 'status', messageExternalId: ours, status: 'delivered' },
      { kind: 'status', messageExternalId: ours, status: 'read' },
      { kind: 'message', message: { text: 'Tipo' } },
      { kind: 'edit', at: '2026-09-21T14:15:00.000Z', message: { externalId: theirs, text: 'Typo' } },
      { kind: 'reaction', messageExternalId: ours, reactions: ['👍'], sender: { identities: ann.identities } },
      { kind: 'reaction', messageExternalId: ours, reactions: [] },
      { kind: 'deletion', messageExternalId: theirs },
    ])
    expect(new Set(received().map(({ externalId }) => externalId)).size).toBe(8)
  })

  test('who comes into a group and leaves it, and what it is called', async () => {
    await open()
    const chat = group.id
    await browser.stub('group', { chat, subtype: 'add', author: people.ann.pn, recipients: [people.dan.pn] })
    await browser.stub('group', { chat, subtype: 'promote', author: people.ann.pn, recipients: ['12015550123@c.us'] })
    await browser.stub('group', { chat, subtype: 'leave', author: people.dan.pn, recipients: [] })
    await browser.stub('group', { chat, subtype: 'subject', author: people.ann.pn, body: 'Order 8' })
    await browser.stub('receive', { from: people.ann.pn, chat, body: 'Hi' })
    expect(await events(5)).toMatchObject([
      { kind: 'membership', self: false, status: 'member', person: { phone: '+12015550127' } },
      { kind: 'membership', self: true, status: 'admin' },
      { kind: 'membership', self: false, status: 'left', person: { phone: '+12015550127' } },
      {
        kind: 'message',
        thread: { title: 'Order 8' },
        message: { parts: [{ type: 'notice', notice: 'new_chat_title' }], addressesBot: false },
      },
      { kind: 'message', thread: { title: 'Order 8' } },
    ])
  })

  test('what came in while nobody listened is found when it is ready again, and told once', async () => {
    await open()
    await browser.stub('receive', { from: people.ann.pn, body: 'Heard' })
    await events(1)
    const { context } = channel
    await channel.adapter.close()
    const id = await browser.stub('missed', { from: people.ann.pn, body: 'Missed' })
    await browser.stub('missed', { chat: people.ann.pn, fromMe: true, body: 'Ours' })
    await open({ over: { state: context.state } })
    await expect
      .poll(() => received().map((event) => (event.kind === 'message' ? event.message.text : event.kind)))
      .toContain('Missed')
    expect(received().filter((event) => event.externalId === `message:${id}`)).toHaveLength(1)
    expect(received().filter(({ kind }) => kind === 'own_message')).toEqual([])
  })

  test('what the database does not take is tried again, and what comes after it waits', async () => {
    let failures = 1
    const taken: string[] = []
    await open({
      over: {
        receive: async (given) => {
          if (failures-- > 0) throw new Error('The database is away.')
          taken.push(...given.map((event) => (event.kind === 'message' ? event.message.text : event.kind)))
        },
      },
    })
    await browser.stub('receive', { from: people.ann.pn, body: 'First' })
    await browser.stub('receive', { from: people.ann.pn, body: 'Second' })
    await expect.poll(() => taken, { timeout: 5_000 }).toEqual(['First', 'Second'])
  })
})
