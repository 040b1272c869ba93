import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { replayEvent } from '../../../../src/conversations/receive/replay-event.ts'
import { sendMessage } from '../../../../src/conversations/send-message.ts'
import type { FlowInput } from '../../../../src/flows/flow.ts'
import { textUpdate } from '../../../telegram-updates.ts'
import { asks, flow, groupMessage, leaveStage, openStage, type Stage, says } from '../../flows/engine/stage.ts'

let stage: Stage
afterEach(() => stage.close())
afterAll(leaveStage)

const echo = flow('Echo', [{ type: 'any_message', conversations: ['direct', 'group'], to: 'echo' }], {
  echo: says('{{ message.text }}'),
})
const open = async (...flows: FlowInput[]) => {
  stage = await openStage({ flows })
}
const person = (id: number) => ({ id, is_bot: false, first_name: `Person ${id}` })
const privately = (id: number) => ({ id, type: 'private', first_name: `Person ${id}` })
const group = (id: number, title = 'Buyers') => ({ id, type: 'supergroup', title })
const date = 1_793_600_000
const messages = (columns = 'text') =>
  stage.db.query(`select ${columns} from messages where direction = 'inbound' order by id`)
const said = (columns: string) =>
  stage.db.query(`select ${columns} from messages where direction = 'inbound' and text <> '' order by id`)
/** All at once: they meet the database in one batch, or in two. */
const together = async (...updates: Record<string, unknown>[]) => {
  await Promise.all(updates.map((update) => stage.update(update)))
}
/** In one batch for sure: an album at the head of the chat's queue holds all of them back for a moment. */
const inOneBatch = async (chat: object, ...updates: Record<string, unknown>[]) => {
  const { message } = photo(900, 1, { media_group_id: 'holds', chat })
  await stage.update({ update_id: 900, message })
  for (const update of updates) await stage.update(update)
  await stage.pass('2s')
}
const photo = (id: number, sender: number, more: object) => ({
  message: {
    message_id: id,
    date,
    chat: privately(sender),
    from: person(sender),
    photo: [{ file_id: `f${id}`, file_unique_id: `u${id}`, width: 10, height: 10 }],
    ...more,
  },
})

describe('what a channel tells', () => {
  it('an edit changes the message and moves nothing', async () => {
    await open(echo)
    await stage.update(textUpdate(101, 1, 'helo'))
    const message = textUpdate(101, 1, 'hello').message as object
    await stage.update({ edited_message: { ...message, edit_date: date + 5 } })
    expect(await messages('text, edited_at is not null as edited')).toEqual([{ text: 'hello', edited: true }])
    expect(await stage.heard(1)).toEqual(['helo'])
  })

  it('an edit finds also a message of the same batch', async () => {
    await open(echo)
    const message = textUpdate(101, 1, 'hello').message as object
    await inOneBatch(privately(1), textUpdate(101, 1, 'helo'), {
      update_id: 102,
      edited_message: { ...message, edit_date: date + 5 },
    })
    expect(await said('text')).toEqual([{ text: 'hello' }])
  })

  it('reactions are kept by person and taken back, also those to a message of the same batch', async () => {
    await open(echo)
    const react = (emojis: string[]) => ({
      message_reaction: {
        chat: privately(1),
        message_id: 101,
        user: person(1),
        date,
        old_reaction: [],
        new_reaction: emojis.map((emoji) => ({ type: 'emoji', emoji })),
      },
    })
    await inOneBatch(privately(1), textUpdate(101, 1, 'nice'), { update_id: 102, ...react(['👍']) })
    expect(await said('reactions')).toEqual([{ reactions: { 'contact:1': ['👍'] } }])
    await stage.update({ update_id: 103, ...react(['❤', '🔥']) })
    expect(await said('reactions')).toEqual([{ reactions: { 'contact:1': ['❤', '🔥'] } }])
    await stage.update({ update_id: 104, ...react([]) })
    expect(await said('reactions')).toEqual([{ reactions: {} }])
  })

  it('the parts of an album become one message and move the flow once; a late one joins it', async () => {
    await open(flow('Count', [{ type: 'any_message', to: 'tell' }], { tell: says('Got: {{ message.text }}') }))
    await stage.update({ update_id: 1, ...photo(11, 1, { media_group_id: 'album', caption: 'Two cars' }) })
    await stage.update({ update_id: 2, ...photo(12, 1, { media_group_id: 'album' }) })
    await stage.update(textUpdate(3, 1, 'after'))
    expect(await messages()).toEqual([])
    await stage.pass('2s')
    expect(await messages('text, jsonb_array_length(parts) as parts')).toEqual([
      { text: 'Two cars', parts: 2 },
      { text: 'after', parts: null },
    ])
    expect(await stage.heard(1)).toEqual(['Got: Two cars', 'Got: after'])
    await stage.update({ update_id: 4, ...photo(13, 1, { media_group_id: 'album' }) })
    await stage.pass('2s')
    expect(await messages('jsonb_array_length(parts) as parts')).toEqual([{ parts: 3 }, { parts: null }])
    expect(await stage.heard(1)).toEqual(['Got: Two cars', 'Got: after'])
  })

  it('a person who blocked the bot cannot be reached, until he writes again', async () => {
    await open(echo)
    await stage.say(1, 'hi')
    await stage.update({
      update_id: 50,
      my_chat_member: {
        chat: privately(1),
        from: person(1),
        date,
        old_chat_member: { status: 'member', user: { id: 100200300, is_bot: true, first_name: 'Bot' } },
        new_chat_member: { status: 'kicked', until_date: 0, user: { id: 100200300, is_bot: true, first_name: 'Bot' } },
      },
    })
    expect(await stage.db.query('select unreachable from conversations')).toEqual([
      { unreachable: 'The account was blocked in this chat.' },
    ])
    await stage.say(1, 'back')
    expect(await stage.db.query('select unreachable from conversations')).toEqual([{ unreachable: null }])
  })

  it('the same update again changes nothing', async () => {
    await open(echo)
    const update = textUpdate(7, 1, 'once')
    await together(update, update, update)
    await stage.update(update)
    expect(await stage.heard(1)).toEqual(['once'])
    expect(await messages()).toEqual([{ text: 'once' }])
  })

  it('leaves word of it in the log of changes', async () => {
    await open(echo)
    await stage.say(1, 'hi')
    await stage.rest()
    const kinds = await stage.db.query<{ kind: string }>(
      `select kind from changes where contact_id is not null order by id`,
    )
    expect(kinds.map(({ kind }) => kind)).toEqual([
      'contact.created',
      'message.received',
      'run.started',
      'message.created',
      'run.ended',
    ])
  })
})

describe('a group', () => {
  it('moves no flow by a message that does not address the bot', async () => {
    await open(echo)
    await stage.sayInGroup(-5, 1, 'hello everybody')
    await stage.sayInGroup(-5, 1, '@agent_bot hello')
    expect(await stage.heard(-5)).toEqual(['@agent_bot hello'])
    expect(await messages()).toEqual([{ text: 'hello everybody' }, { text: '@agent_bot hello' }])
  })

  it('has one run, in which each step knows who wrote', async () => {
    await open(
      flow(
        'Poll',
        [{ type: 'keyword', words: ['poll'], match: 'contains', conversations: ['group'], to: 'q' }],
        {
          q: asks('{{ sender.first_name }} asks: who comes?', 'a'),
          e: says('{{ sender.first_name }} comes: {{ run.a }}'),
        },
        ['q > e'],
      ),
    )
    await stage.sayInGroup(-5, 1, '@agent_bot poll')
    await stage.sayInGroup(-5, 2, '@agent_bot me')
    expect(await stage.heard(-5)).toEqual(['Person 1 asks: who comes?', 'Person 2 comes: @agent_bot me'])
    expect(await stage.db.query('select contact_id, status from runs')).toEqual([{ contact_id: null, status: 'ended' }])
    expect(
      await stage.db.query('select contact_id from subscribers s, conversations c where s.subject_id = -c.id'),
    ).toHaveLength(1)
  })

  it('shows a step what an earlier message of the same batch changed of its sender', async () => {
    await open(
      flow('Name', [{ type: 'keyword', words: ['call'], match: 'contains', conversations: ['group'], to: 'set' }], {
        set: { type: 'set-fields', options: { fields: [{ to: 'contact.first_name', value: 'Boss' }] } },
      }),
      flow('Who', [{ type: 'any_message', conversations: ['group'], to: 'tell' }], {
        tell: says('{{ sender.first_name }}'),
      }),
    )
    await stage.sayInGroup(-5, 1, 'hello')
    await inOneBatch(
      group(-5),
      { update_id: 901, message: groupMessage(901, -5, 1, '@agent_bot call') },
      { update_id: 902, message: groupMessage(902, -5, 1, '@agent_bot who') },
    )
    expect(await stage.heard(-5)).toEqual(['Boss'])
  })

  it('knows its members', async () => {
    await open(echo)
    const member = (id: number, status: string) => ({
      chat_member: {
        chat: group(-5),
        from: person(9),
        date,
        old_chat_member: { status: 'left', user: person(id) },
        new_chat_member: { status, user: person(id), ...(status === 'administrator' && { can_be_edited: false }) },
      },
    })
    await stage.update({ update_id: 1, ...member(1, 'member') })
    await stage.update({ update_id: 2, ...member(2, 'administrator') })
    await stage.update({ update_id: 3, ...member(1, 'left') })
    expect(
      await stage.db.query(
        'select c.first_name, m.role, m.left_at is not null as gone from members m join contacts c on c.id = m.contact_id order by 1',
      ),
    ).toEqual([
      { first_name: 'Person 1', role: 'member', gone: true },
      { first_name: 'Person 2', role: 'admin', gone: false },
    ])
  })

  it('that moves stays the same conversation, whichever chat tells of it first', async () => {
    await open(echo)
    await stage.sayInGroup(-5, 1, '@agent_bot old')
    await stage.update({ update_id: 21, message: { ...groupMessage(1, -1005, 1, '@agent_bot new') } })
    await stage.update({
      update_id: 22,
      message: {
        message_id: 50,
        date,
        chat: { id: -5, type: 'group', title: 'Buyers' },
        from: person(1),
        migrate_to_chat_id: -1005,
      },
    })
    await stage.update({
      update_id: 23,
      message: { message_id: 51, date, chat: group(-1005), from: person(1), migrate_from_chat_id: -5 },
    })
    await stage.update({ update_id: 24, message: groupMessage(60, -1005, 1, '@agent_bot newer') })
    expect(await stage.heard(-1005)).toEqual(['@agent_bot new', '@agent_bot newer'])
    expect(await stage.db.query('select count(*)::int as n from conversations')).toEqual([{ n: 1 }])
    expect(await messages('text')).toEqual([
      { text: '@agent_bot old' },
      { text: '@agent_bot new' },
      { text: '@agent_bot newer' },
    ])
  })

  it('whose move is told by a failed send goes on in the new chat with that message', async () => {
    await open(echo)
    stage.bot.inject({ kind: 'migrated', to: -1006 }, { chat: -6 })
    await stage.sayInGroup(-6, 1, '@agent_bot hello')
    expect(await stage.heard(-1006)).toEqual(['@agent_bot hello'])
    await stage.update({ update_id: 30, message: groupMessage(2, -1006, 1, '@agent_bot again') })
    expect(await stage.heard(-1006)).toEqual(['@agent_bot hello', '@agent_bot again'])
    expect(await stage.db.query('select count(*)::int as n from conversations')).toEqual([{ n: 1 }])
  })
})

describe('an event that cannot be processed', () => {
  const poison = async () => {
    await stage.db.query(`create or replace function refuse_poison() returns trigger language plpgsql as
      $$ begin if new.text = 'poison' then raise exception 'poisoned'; end if; return new; end $$`)
    await stage.db.query(
      'create trigger poison before insert on messages for each row execute function refuse_poison()',
    )
  }
  afterEach(async () => {
    await stage.db.query('drop trigger if exists poison on messages')
  })

  it('is set aside with its error, the others go on, and it can be replayed', async () => {
    await open(echo)
    await poison()
    await together(
      textUpdate(1, 1, 'one'),
      textUpdate(2, 1, 'poison'),
      textUpdate(3, 1, 'two'),
      textUpdate(4, 2, 'other'),
    )
    expect((await stage.heard(1)).toSorted()).toEqual(['one', 'two'])
    expect(await stage.heard(2)).toEqual(['other'])
    const parked = await stage.db.query<{ id: number; error: string }>(
      `select id, error from events where status = 'parked'`,
    )
    expect(parked).toEqual([{ id: expect.any(Number), error: expect.stringMatching(/poisoned/) }])
    await stage.db.query('drop trigger poison on messages')
    await stage.run(replayEvent, { eventId: parked[0]!.id })
    await stage.parley.sweep()
    expect((await stage.heard(1)).at(-1)).toBe('poison')
  })

  it('does not stop what comes with it although the database cannot even hold it', async () => {
    await open(echo)
    await together(textUpdate(1, 1, 'a\u0000b'), textUpdate(2, 2, 'fine'))
    expect(await stage.heard(2)).toEqual(['fine'])
    expect(await stage.heard(1)).toEqual(['ab'])
  })
})

describe('an operator', () => {
  it('writes in turn with the flow', async () => {
    await open(echo)
    await stage.say(1, 'one')
    stage.bot.inject({ kind: 'slow', ms: 100 }, { chat: 1, times: 3 })
    await stage.say(1, 'two')
    await stage.api('POST', `/conversations/${await stage.conversationId(1)}/messages`, { text: 'Olga here' })
    await stage.say(1, 'three')
    expect(await stage.heard(1)).toEqual(['one', 'two', 'Olga here', 'three'])
  })

  it('is told of a person who cannot be reached', async () => {
    await open(echo)
    await stage.say(1, 'one')
    await stage.rest()
    stage.bot.inject({ kind: 'blocked' }, { chat: 1 })
    await stage.run(sendMessage, { conversationId: await stage.conversationId(1), content: { text: 'hello?' } })
    await stage.parley.sweep()
    await stage.rest()
    expect(await stage.db.query(`select status, error from messages where text = 'hello?'`)).toEqual([
      { status: 'failed', error: expect.stringMatching(/blocked/) },
    ])
    expect(await stage.db.query('select unreachable from conversations')).toEqual([
      { unreachable: expect.stringMatching(/blocked/) },
    ])
  })

  it('does not lose a message to a vendor that asks for patience', async () => {
    await open(echo)
    stage.bot.inject({ kind: 'rate_limited', retryAfter: 30 }, { chat: 1 })
    await stage.say(1, 'one')
    await vi.waitFor(async () =>
      expect(await stage.db.query('select outcome from delivery_attempts')).toEqual([{ outcome: 'retry' }]),
    )
    await stage.pass('29s')
    expect(await stage.heard(1)).toEqual([])
    await stage.pass('1s')
    expect(await stage.heard(1)).toEqual(['one'])
  })
})
