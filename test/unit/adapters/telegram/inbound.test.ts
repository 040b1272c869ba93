import { describe, expect, test } from 'vitest'
import { eventsOf } from '../../../../adapters/telegram/inbound/events.ts'
import type { MessageEvent } from '../../../../src/conversations/event.ts'

const bot = { id: 700000001, username: 'agent_bot' }
const botUser = { id: 700000001, is_bot: true, first_name: 'Agent', username: 'agent_bot' }
const group = { id: -100500, type: 'supergroup', title: 'Showroom' }
const ann = { id: 42, is_bot: false, first_name: 'Ann' }

/** The message that a group message becomes. */
function inGroup(
  fields: Record<string, unknown>,
  identity: { id: number; username: string | undefined } = bot,
): MessageEvent {
  const message = { message_id: 9, date: 1_700_000_000, chat: group, from: ann, ...fields }
  const events = eventsOf({ update_id: 1, message } as never, identity, new Date(0))
  const event = events.find((candidate) => candidate.kind === 'message')
  if (event === undefined) throw new Error('no message')
  return event
}

function mention(text: string, name: string) {
  return { text, entities: [{ type: 'mention', offset: text.indexOf(name), length: name.length }] }
}

describe('who a group message means', () => {
  test.each([
    ['plain talk', { text: 'Hello everybody' }],
    ['a mention of a bot with a longer name', mention('@agent_bot2 hi', '@agent_bot2')],
    ['our name without a mention', { text: 'ask @agent_bot', entities: [{ type: 'code', offset: 4, length: 10 }] }],
    ['a bare command', { text: '/price', entities: [{ type: 'bot_command', offset: 0, length: 6 }] }],
    [
      'a command for another bot',
      { text: '/price@other_bot', entities: [{ type: 'bot_command', offset: 0, length: 16 }] },
    ],
    [
      'a reply to a person',
      { text: 'Yes', reply_to_message: { message_id: 8, date: 1, chat: group, from: ann, text: 'x' } },
    ],
    [
      'any message of a topic that the bot created',
      {
        text: 'Hello',
        is_topic_message: true,
        message_thread_id: 7,
        reply_to_message: { message_id: 7, date: 1, chat: group, from: botUser, forum_topic_created: { name: 'x' } },
      },
    ],
  ])('not the bot: %s', (_what, fields) => {
    expect(inGroup(fields).message.addressesBot).toBe(false)
  })

  test.each([
    ['a mention in any case of letters', mention('hey @AGENT_Bot!', '@AGENT_Bot')],
    ['a mention after emoji, which count two units', mention('😀👩‍👧 @agent_bot', '@agent_bot')],
    [
      'a mention in a caption',
      { photo: [], caption: '@agent_bot', caption_entities: [{ type: 'mention', offset: 0, length: 10 }] },
    ],
    ['a mention by id', { text: 'Agent!', entities: [{ type: 'text_mention', offset: 0, length: 5, user: botUser }] }],
    [
      'a command with its name',
      { text: '/price@Agent_bot 3', entities: [{ type: 'bot_command', offset: 0, length: 16 }] },
    ],
    [
      'a reply to it',
      { text: 'Yes', reply_to_message: { message_id: 8, date: 1, chat: group, from: botUser, text: 'x' } },
    ],
  ])('the bot: %s', (_what, fields) => {
    const message = 'photo' in fields ? { ...fields, photo: [{ file_id: 'p', width: 1, height: 1 }] } : fields
    expect(inGroup(message).message.addressesBot).toBe(true)
  })

  test('a bot that does not know its name is still meant by replies, not by names', () => {
    const nameless = { id: bot.id, username: undefined }
    const reply = { text: 'Yes', reply_to_message: { message_id: 8, date: 1, chat: group, from: botUser, text: 'x' } }
    expect(inGroup(reply, nameless).message.addressesBot).toBe(true)
    expect(inGroup(mention('@agent_bot', '@agent_bot'), nameless).message.addressesBot).toBe(false)
  })
})

describe('what a message tells', () => {
  test('a bare command in a group keeps its name though it addresses nobody', () => {
    const { message } = inGroup({ text: '/price Model 3', entities: [{ type: 'bot_command', offset: 0, length: 6 }] })
    expect(message).toMatchObject({ command: { name: 'price', argument: 'Model 3' }, addressesBot: false })
  })

  test('a slash that Telegram took for something else is no command', () => {
    expect(inGroup({ text: '/a', entities: [{ type: 'code', offset: 0, length: 2 }] }).message.command).toBeUndefined()
    expect(inGroup({ text: '/usr/bin' }).message.command).toBeUndefined()
  })

  test('entities after emoji keep covering the same words', () => {
    const text = '🇩🇪 Hello'
    const { message } = inGroup({ text, entities: [{ type: 'bold', offset: 5, length: 5 }] })
    const [bold] = message.entities ?? []
    expect(message.text.slice(bold?.offset, (bold?.offset ?? 0) + (bold?.length ?? 0))).toBe('Hello')
  })

  test('an anonymous admin is no bot but the voice of the group, an administrator', () => {
    const from = { id: 1087968824, is_bot: true, first_name: 'Group', username: 'GroupAnonymousBot' }
    const message = {
      message_id: 9,
      date: 1,
      chat: group,
      from,
      sender_chat: group,
      text: 'Hi',
      author_signature: 'Boss',
    }
    const [member, said] = eventsOf({ update_id: 1, message } as never, bot, new Date(0))
    expect(member).toMatchObject({ kind: 'membership', status: 'admin', self: false })
    expect(said).toMatchObject({
      kind: 'message',
      sender: { identities: [{ kind: 'telegram_chat', value: '-100500' }], firstName: 'Showroom', lastName: 'Boss' },
    })
    expect((said as MessageEvent).sender.bot).toBeUndefined()
  })

  test("the sender's own card tells the phone, another's does not", () => {
    const contact = { phone_number: '4915112345678', first_name: 'Ann' }
    expect(inGroup({ contact: { ...contact, user_id: 42 } }).sender.phone).toBe('+4915112345678')
    expect(inGroup({ contact: { ...contact, user_id: 43 } }).sender.phone).toBeUndefined()
    expect(inGroup({ contact }).sender.phone).toBeUndefined()
  })

  test('both halves of a group migration are one and the same event', () => {
    const old = { id: -500, type: 'group', title: 'Showroom' }
    const both = [
      { update_id: 1, message: { message_id: 1, date: 1, chat: old, from: ann, migrate_to_chat_id: -100500 } },
      { update_id: 2, message: { message_id: 1, date: 1, chat: group, from: ann, migrate_from_chat_id: -500 } },
    ].map((update) => eventsOf(update as never, bot, new Date(0)))
    expect(both[0]).toEqual(both[1])
    expect(both[0]).toMatchObject([{ kind: 'migration', thread: { id: '-500' }, newThreadId: '-100500' }])
  })

  test('a service message in a private chat is shown but means nobody', () => {
    const chat = { id: 42, type: 'private', first_name: 'Ann' }
    const pinned_message = { message_id: 3, date: 1, chat }
    const { message } = inGroup({ chat, pinned_message })
    expect(message).toMatchObject({ addressesBot: false, parts: [{ type: 'notice', notice: 'pinned_message' }] })
  })
})
