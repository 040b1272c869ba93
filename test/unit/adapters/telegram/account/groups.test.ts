import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { GroupProgress, GroupRequest, MadeGroup } from '../../../../../src/conversations/abilities.ts'
import type { AppError } from '../../../../../src/platform/errors.ts'
import { user } from '../../../../doubles/mtproto/world.ts'
import { type TestAccount, testAccount } from './account-channel.ts'

let own: TestAccount
/** What was saved last, as the program would have it after a death. */
let saved: GroupProgress

beforeEach(async () => {
  own = await testAccount().signedIn()
  own.server.world.users.set(44, user(44, { firstName: 'Mary', username: 'mary_manager' }))
  saved = { people: {} }
})
afterEach(() => own.stop())

const request: GroupRequest = {
  title: 'Order of Boris',
  description: 'Your order 17',
  people: [
    { role: 'client', name: 'Boris Example', identities: [{ kind: 'phone', value: '+15550100043' }] },
    { role: 'manager', name: 'Mary', identities: [{ kind: 'telegram_username', value: 'mary_manager' }] },
    { role: 'bot', name: 'Agent', identities: [{ kind: 'address', value: '@agent_bot' }] },
  ],
}

/** Makes the group; `dieAfter` ends the process at so many saves. */
async function make(what: GroupRequest = request, dieAfter = Number.POSITIVE_INFINITY): Promise<MadeGroup> {
  let saves = 0
  const creator = own.adapter.groups
  if (!creator) throw new Error('The adapter makes no groups.')
  return creator.createGroup(what, structuredClone(saved), async (progress) => {
    saves += 1
    if (saves > dieAfter) throw new Error('The process died.')
    saved = structuredClone(progress)
  })
}

async function failure(attempt: Promise<unknown>): Promise<AppError> {
  return attempt.then(
    () => {
      throw new Error('It went well.')
    },
    (error: unknown) => error as AppError,
  )
}

const methods = () => own.server.calls.map(({ method }) => method)
const theGroup = () => {
  const groups = [...own.server.world.groups]
  expect(groups).toHaveLength(1)
  const [[id, group]] = groups as [(typeof groups)[number]]
  return { id, ...group }
}

describe('making a group', () => {
  test('makes a supergroup, brings in bots, managers and the client in this order, and gives a link', async () => {
    const { kept } = await own.context.files.keep(Buffer.from('picture'), { mime: 'image/jpeg', maxBytes: 100 })
    const made = await make({ ...request, picture: kept })
    const { id, about, photo, members, admins, links } = theGroup()
    expect(made).toEqual({
      thread: `-100${id}`,
      title: 'Order of Boris',
      link: 'https://t.me/+invite1',
      people: { 0: { added: true }, 1: { added: true, admin: true }, 2: { added: true, admin: true } },
    })
    expect({ about, photo, links }).toEqual({ about: 'Your order 17', photo: true, links: ['https://t.me/+invite1'] })
    expect([...members].slice(1)).toEqual([700000001, 44, 43])
    expect([...admins]).toEqual([700000001, 44])
    expect(own.server.requests('channels.createChannel')).toMatchObject([{ megagroup: true, title: 'Order of Boris' }])
    for (const { users } of own.server.requests('channels.inviteToChannel')) expect(users).toHaveLength(1)
    expect(own.server.refused).toEqual([])
    // The group is ours: it can be written to at once.
    const target = { thread: made.thread, kind: 'group' as const }
    await own.adapter.send(target, { action: 'message', text: 'Welcome' }, new AbortController().signal)
  })

  test('never makes a second group, whichever step the process dies at', async () => {
    for (let dieAfter = 0; ; dieAfter++) {
      saved = { people: {} }
      own.server.world.groups.clear()
      const died = await make(request, dieAfter).then(
        () => false,
        () => true,
      )
      const made = await make()
      const { id, about, members, admins } = theGroup()
      expect(made, `after ${dieAfter} saves`).toMatchObject({ thread: `-100${id}`, people: { 0: { added: true } } })
      expect({ about, members: members.size, admins: admins.size }).toEqual({
        about: 'Your order 17',
        members: 4,
        admins: 2,
      })
      if (!died) break
      expect(dieAfter).toBeLessThan(20)
    }
  })

  test('never makes a second group when the answer of the first was lost, not even after a restart', async () => {
    own.server.inject({ drop: 'after' }, 'channels.createChannel')
    expect(await failure(make())).toMatchObject({ code: 'unavailable', retryable: true })
    const before = own
    await before.stop()
    own = before.again()
    await own.listen()
    const made = await make()
    expect(made.thread).toBe(`-100${theGroup().id}`)
    expect(own.server.count('channels.createChannel')).toBe(1)
  })

  test('does not take another group of the same name for its own', async () => {
    const first = await make()
    own.server.inject({ drop: 'before' }, 'channels.createChannel')
    saved = { people: {} }
    await failure(make())
    const second = await make()
    expect(second.thread).not.toBe(first.thread)
    expect(own.server.world.groups.size).toBe(2)
  })

  test('does no step again that was noted', async () => {
    await make()
    const calls = own.server.calls.length
    expect((await make()).link).toBe('https://t.me/+invite1')
    expect(own.server.calls.length).toBe(calls)
  })
})

describe('who cannot be brought in', () => {
  test.each([
    [{}, /do not let this account add them: send them the invite link\.$/, undefined],
    [{ premiumWouldAllowInvite: true }, /A Premium account could add them/, undefined],
    [{ premiumRequiredForPm: true }, /only Premium accounts may write to them: send the link through another/, true],
  ])('is told when Telegram leaves them out: %j', async (flags, why, unreachable) => {
    own.server.world.missing.set(43, flags)
    const { people, link } = await make()
    expect(people[0]).toEqual({ added: false, why: expect.stringMatching(why), unreachable })
    expect(people[1]).toEqual({ added: true, admin: true })
    expect(link).toBe('https://t.me/+invite1')
  })

  test.each([
    'USER_PRIVACY_RESTRICTED',
    'USER_NOT_MUTUAL_CONTACT',
    'USER_CHANNELS_TOO_MUCH',
    'USER_KICKED',
    'BOT_GROUPS_BLOCKED',
    'BOTS_TOO_MUCH',
    'USER_RESTRICTED',
  ])('is told in words when Telegram refuses: %s', async (word) => {
    own.server.inject({ word, code: 403 }, 'channels.inviteToChannel')
    const { people } = await make()
    // The bot's turn comes first.
    const told = people[2]
    if (told?.added !== false) throw new Error('The bot was brought in.')
    expect(told.why).toMatch(/^(Their|They|The|There|Telegram) .+\.$/)
    expect(told.why).not.toContain(word)
    expect(people[0]).toEqual({ added: true })
  })

  test('is told when nothing leads to the person', async () => {
    const people = [{ role: 'client' as const, name: 'Nobody', identities: [{ kind: 'phone', value: '+15550109999' }] }]
    const made = await make({ ...request, people })
    const why = expect.stringContaining('cannot find the person')
    expect(made.people[0]).toEqual({ added: false, why, unreachable: true })
  })

  test('is in already: that is as good', async () => {
    own.server.inject({ word: 'USER_ALREADY_PARTICIPANT' }, 'channels.inviteToChannel')
    const { people } = await make({ ...request, people: request.people.slice(0, 1) })
    expect(people[0]).toEqual({ added: true })
  })
})

describe('when Telegram asks for patience', () => {
  test('a short wait is waited for', async () => {
    own.server.inject({ word: 'FLOOD_WAIT_9' }, 'channels.inviteToChannel')
    expect((await make()).people[2]).toEqual({ added: true, admin: true })
    expect(own.waited).toEqual([9000])
  })

  test('a long one brings the order back later, where it goes on', async () => {
    own.server.inject({ word: 'FLOOD_WAIT_3600' }, 'channels.inviteToChannel')
    expect(await failure(make())).toMatchObject({ code: 'rate_limited', retryable: true, retryAfterMs: 3_600_000 })
    expect(own.waited).toEqual([])
    expect((await make()).people[0]).toEqual({ added: true })
    expect(theGroup().members.size).toBe(4)
    expect(own.server.count('channels.createChannel')).toBe(1)
  })

  test('PEER_FLOOD tries nobody else, stops the account, and leaves the group with its link', async () => {
    own.server.inject({ word: 'PEER_FLOOD' }, 'channels.inviteToChannel')
    const made = await make()
    expect(made.people).toEqual({
      0: { added: false, why: expect.stringContaining('Not tried'), unreachable: true },
      1: { added: false, why: expect.stringContaining('Not tried'), unreachable: true },
      2: { added: false, why: expect.stringContaining('sender of spam'), unreachable: true },
    })
    expect(own.server.count('channels.inviteToChannel')).toBe(1)
    expect(made.link).toBe('https://t.me/+invite1')
    await expect.poll(() => own.conditions.at(-1)).toMatchObject({ state: 'stopped' })
    saved = { people: {} }
    expect(await failure(make())).toMatchObject({ code: 'forbidden', retryable: false })
    expect(own.server.count('channels.createChannel')).toBe(1)
  })

  test('an account that may make no groups says why', async () => {
    own.server.inject({ word: 'CHANNELS_TOO_MUCH' }, 'channels.createChannel')
    expect(await failure(make())).toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('too many groups'),
    })
    expect(methods()).not.toContain('channels.inviteToChannel')
  })

  test('a picture that Telegram does not take stops nothing', async () => {
    const { kept } = await own.context.files.keep(Buffer.from('no picture'), { maxBytes: 100 })
    own.server.inject({ word: 'PHOTO_INVALID' }, 'channels.editPhoto')
    expect((await make({ ...request, picture: kept })).people[0]).toEqual({ added: true })
    expect(saved.pictured).toBe(false)
  })
})

describe('what is said in a group that was made', () => {
  async function said(thread: string, text: string): Promise<void> {
    const peerId = { _: 'peerChannel' as const, channelId: -1_000_000_000_000 - Number(thread) }
    await own.server.say(text, { peerId })
  }

  test('with a bot in it is told by the channel of the bot alone, also after a restart', async () => {
    const { thread } = await make()
    await said(thread, 'hello')
    const before = own
    await before.stop()
    own = before.again()
    await own.listen()
    await said(thread, 'hello again')
    await own.server.say('to the account')
    expect(before.received).toEqual([])
    expect(await own.heard(1)).toMatchObject([{ kind: 'message', message: { text: 'to the account' } }])
  })

  test('is told by the account where no bot came in', async () => {
    own.server.inject({ word: 'BOT_GROUPS_BLOCKED', code: 403 }, 'channels.inviteToChannel')
    const { thread } = await make()
    await said(thread, 'hello')
    expect(await own.heard(1)).toMatchObject([{ kind: 'message', thread: { id: thread }, message: { text: 'hello' } }])
  })
})
