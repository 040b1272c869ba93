import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { replayEvent } from '../../../../src/conversations/receive/replay-event.ts'
import { sendMessage } from '../../../../src/conversations/send-message.ts'
import type { FlowInput } from '../../../../src/flows/flow.ts'
import { textUpdate } from '../../../telegram-updates.ts'
import { flow, leaveStage, openStage, type Stage, says } from '../../flows/engine/stage.ts'
import { date, echo, inOneBatch, person, photo, privately } from './telegram-chats.ts'

let stage: Stage
afterEach(() => stage.close())
afterAll(leaveStage)

const open = async (...flows: FlowInput[]) => {
  stage = await openStage({ flows })
}
const messages = (columns = 'text') =>
  stage.db.query(`select ${columns} from messages where direction = 'inbound' order by id`)
const said = (columns: string) =>
  stage.db.query(`select ${columns} from messages where direction = 'inbound' and text <> '' order by id`)
/** All at once: they meet the database in one batch, or in two. */
const together = async (...updates: Record<string, unknown>[]) => {
  await Promise.all(updates.map((update) => stage.update(update)))
}

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
    await inOneBatch(stage, privately(1), textUpdate(101, 1, 'helo'), {
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
    await inOneBatch(stage, privately(1), textUpdate(101, 1, 'nice'), { update_id: 102, ...react(['👍']) })
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
