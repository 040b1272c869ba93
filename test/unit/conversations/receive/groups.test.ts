import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { FlowInput } from '../../../../src/flows/flow.ts'
import { asks, flow, groupMessage, leaveStage, openStage, type Stage, says } from '../../flows/engine/stage.ts'
import { date, echo, group, inOneBatch, person } from './telegram-chats.ts'

let stage: Stage
afterEach(() => stage.close())
afterAll(leaveStage)

const open = async (...flows: FlowInput[]) => {
  stage = await openStage({ flows })
}
const messages = (columns = 'text') =>
  stage.db.query(`select ${columns} from messages where direction = 'inbound' order by id`)

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
      stage,
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
