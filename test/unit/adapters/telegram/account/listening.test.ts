import { afterEach, describe, expect, test } from 'vitest'
import type { ChannelEvent } from '../../../../../src/conversations/event.ts'
import { photo } from '../../../../doubles/mtproto/files.ts'
import { ann, self } from '../../../../doubles/mtproto/world.ts'
import { type TestAccount, type TestAccountOptions, testAccount } from './account-channel.ts'

const accounts: TestAccount[] = []

async function account(options?: TestAccountOptions): Promise<TestAccount> {
  const made = testAccount(options)
  accounts.push(made)
  return made.signedIn()
}
async function restarted(before: TestAccount): Promise<TestAccount> {
  const made = before.again()
  accounts.push(made)
  await made.listen()
  return made
}
afterEach(async () => {
  for (const each of accounts.splice(0)) await each.stop()
})

const texts = (events: readonly ChannelEvent[]) =>
  events.map((event) => ('message' in event ? event.message.text : event.kind))
const place = ({ context }: TestAccount) => JSON.parse(context.kept.get('place') ?? '{}')
const annsPeer = { _: 'peerUser' as const, userId: ann.id }
const showroom = { _: 'peerChannel' as const, channelId: 1234567890 }

describe('listening to an account', () => {
  test('hands over what arrives, in order, with who wrote it', async () => {
    const own = await account()
    for (const text of ['1', '2', '3']) await own.server.say(text)
    await own.heard(3)
    expect(texts(own.received)).toEqual(['1', '2', '3'])
    expect(own.received[0]).toMatchObject({
      kind: 'message',
      thread: { id: '42', kind: 'direct' },
      sender: { identities: [{ kind: 'telegram', value: '42' }], firstName: 'Ann', username: 'ann_example' },
      message: { addressesBot: true },
    })
    expect(own.server.refused).toEqual([])
  })

  test('knows the people of short updates, which bring nobody along', async () => {
    const own = await account()
    await own.server.say('Here I am')
    await own.heard(1)
    const message = own.server.world.message({ peerId: annsPeer, message: 'short' })
    const step = own.server.world.step()
    own.server.shout({
      _: 'updateShortMessage',
      id: message.id,
      userId: ann.id,
      message: 'short',
      date: message.date,
      ...step,
    })
    await own.heard(2)
    expect(own.received[1]).toMatchObject({ sender: { firstName: 'Ann' }, message: { text: 'short' } })
  })

  test('catches up after a restart with what was said meanwhile, in private and in groups, once', async () => {
    const own = await account()
    await own.server.say('before')
    await own.server.play(
      own.server.world.newMessage(
        own.server.world.message({ peerId: showroom, fromId: annsPeer, message: 'group before' }),
      ),
    )
    await own.heard(2)
    await own.stop()
    const { world } = own.server
    own.server.miss(
      world.newMessage(world.message({ peerId: annsPeer, fromId: annsPeer, message: 'meanwhile' })),
      world.newMessage(world.message({ peerId: showroom, fromId: annsPeer, message: 'group meanwhile' })),
    )
    const later = await restarted(own)
    await later.heard(2)
    await later.server.say('after')
    await later.heard(3)
    expect(texts(later.received).toSorted()).toEqual(['after', 'group meanwhile', 'meanwhile'])
  })

  test('asks for what the line lost when the next update shows a gap', async () => {
    const own = await account()
    const { world } = own.server
    await own.server.say('first')
    own.server.miss(
      ...['lost 1', 'lost 2', 'lost 3', 'lost 4'].map((text) =>
        world.newMessage(world.message({ peerId: annsPeer, fromId: annsPeer, message: text })),
      ),
    )
    await own.server.say('last')
    await own.heard(6)
    expect(texts(own.received)).toEqual(['first', 'lost 1', 'lost 2', 'lost 3', 'lost 4', 'last'])
  })

  test('remembers no place before what came up to it is stored, and hands it over again', async () => {
    let failing = false
    const own = await account({
      onReceive: async () => {
        if (failing) throw new Error('The database is away.')
      },
    })
    await own.server.say('stored')
    await own.heard(1)
    await expect.poll(() => place(own).pts).toBe(own.server.world.pts)
    const reached = place(own).pts
    failing = true
    await own.server.say('not stored')
    await own.stop()
    expect(place(own).pts).toBe(reached)
    failing = false
    const later = await restarted(own)
    await later.heard(1)
    expect(texts(later.received)).toEqual(['not stored'])
    await expect.poll(() => place(later).pts).toBeGreaterThan(reached)
  })

  test('knows whose message was deleted though Telegram does not say it, also after a restart', async () => {
    const own = await account()
    const { id } = await own.server.say('Forget this')
    await own.heard(1)
    await expect.poll(() => place(own).chats).toEqual([[id, 42]])
    await own.stop()
    const later = await restarted(own)
    await later.server.play({ _: 'updateDeleteMessages', messages: [id, 5], ...own.server.world.step() })
    await later.heard(1)
    expect(later.received).toMatchObject([{ kind: 'deletion', thread: { id: '42' }, messageExternalId: `42:${id}` }])
  })

  test('tells a reaction that was taken back', async () => {
    const own = await account()
    const reactions = (...emoticons: string[]) => ({
      _: 'updateMessageReactions' as const,
      peer: annsPeer,
      msgId: 7,
      reactions: {
        _: 'messageReactions' as const,
        results: emoticons.map((emoticon) => ({
          _: 'reactionCount' as const,
          reaction: { _: 'reactionEmoji' as const, emoticon },
          count: 1,
        })),
        recentReactions: emoticons.map((emoticon) => ({
          _: 'messagePeerReaction' as const,
          peerId: annsPeer,
          date: 1_790_000_000,
          reaction: { _: 'reactionEmoji' as const, emoticon },
        })),
      },
    })
    for (const update of [reactions('👍'), reactions('👍'), reactions()]) await own.server.play(update)
    await own.heard(2)
    expect(own.received).toMatchObject([{ reactions: ['👍'] }, { reactions: [] }])
  })

  test('leaves groups alone where they are not wanted', async () => {
    const own = await account({ over: { groups: 'none' } })
    const { world } = own.server
    await own.server.play(world.newMessage(world.message({ peerId: showroom, fromId: annsPeer, message: 'chatter' })))
    await own.server.say('private')
    await own.heard(1)
    expect(texts(own.received)).toEqual(['private'])
  })

  test('gives the bytes of a file of a message, and says when the message is gone', async () => {
    const own = await account()
    const bytes = Buffer.alloc(300_000, 'picture')
    const { id } = await own.server.say('Look', { media: photo(own.server.world, bytes) })
    const [event] = await own.heard(1)
    expect(event).toMatchObject({ message: { parts: [{ media: 'image', file: { ref: `42:${id}` } }] } })
    const file = await own.adapter.fetchFile?.(`42:${id}`)
    expect(file).toMatchObject({ mime: 'image/jpeg', size: 300_000 })
    expect(Buffer.from(await new Response(file?.body).arrayBuffer()).equals(bytes)).toBe(true)
    await expect(own.adapter.fetchFile?.('42:9')).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('what was written by the account itself', () => {
  const send = (own: TestAccount, text: string) =>
    own.adapter.send({ thread: '42', kind: 'direct' }, { action: 'message', text }, new AbortController().signal)

  test('on the phone is told as typed by a person, with whom it was written to', async () => {
    const own = await account()
    await own.server.say('Hello?', {
      out: true,
      fromId: { _: 'peerUser', userId: self.id },
    })
    await own.heard(1)
    expect(own.received).toMatchObject([
      { kind: 'own_message', thread: { id: '42' }, to: { firstName: 'Ann' }, message: { text: 'Hello?' } },
    ])
  })

  test('through us is not, however it comes back', async () => {
    const own = await account()
    await own.server.say('Hi')
    await own.heard(1)
    const [sent] = (await send(own, 'Answer')).externalIds
    const { world } = own.server
    const message = world.messages.find(({ id }) => `42:${id}` === sent)
    if (!message) throw new Error('Nothing was sent.')
    // The same message once more, at a later step, as a difference would bring it.
    await own.server.play({ _: 'updateNewMessage', message, ...world.step() })
    await own.server.say('end')
    await own.heard(2)
    expect(texts(own.received)).toEqual(['Hi', 'end'])
  })

  test('through us is not, when its answer was lost on the way', async () => {
    const own = await account()
    await own.server.say('Hi')
    await own.heard(1)
    own.server.inject({ drop: 'after' })
    await expect(send(own, 'Lost?')).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    // The next update shows a gap, behind which the message is found.
    for (const text of ['a', 'b', 'c', 'd', 'end']) await own.server.say(text)
    await own.heard(6)
    expect(texts(own.received)).toEqual(['Hi', 'a', 'b', 'c', 'd', 'end'])
    expect(own.server.world.messages.map(({ message }) => message)).toContain('Lost?')
  })

  test('through us is told as read when the person has read it', async () => {
    const own = await account()
    await own.server.say('Hi')
    await own.heard(1)
    const ids = [...(await send(own, 'One')).externalIds, ...(await send(own, 'Two')).externalIds]
    const maxId = Number(ids.at(-1)?.split(':')[1])
    await own.server.play({ _: 'updateReadHistoryOutbox', peer: annsPeer, maxId, ...own.server.world.step() })
    await own.heard(3)
    expect(own.received.slice(1)).toMatchObject(
      ids.map((messageExternalId) => ({ kind: 'status', status: 'read', messageExternalId })),
    )
  })
})
