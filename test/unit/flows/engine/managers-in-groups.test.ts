import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { FlowInput } from '../../../../src/flows/flow.ts'
import { linkIdentity } from '../../../../src/team/identities/link-identity.ts'
import { asks, flow, groupMessage, leaveStage, openStage, type Stage, says } from './stage.ts'

let stage: Stage
afterEach(() => stage.close())
afterAll(leaveStage)

const manager = 70
const client = 1
const date = 1_793_600_000
const chat = { id: -5, type: 'supergroup', title: 'Buyers' }

/** The operator of the stage writes in Telegram as number 70. */
async function open(...flows: FlowInput[]): Promise<number> {
  stage = await openStage({ flows })
  const operatorId = stage.work.by.kind === 'operator' ? stage.work.by.id : 0
  await stage.run(linkIdentity, { operatorId, kind: 'telegram', value: String(manager) })
  return operatorId
}

/** The group exists and was made for the client. */
async function madeFor(person: number): Promise<void> {
  await stage.say(person, 'hello')
  await stage.sayInGroup(-5, person, 'I am here')
  await stage.db.query('update conversations set contact_id = $1 where kind = $2', [
    await stage.contactId(person),
    'group',
  ])
}

const tells = flow('Tell', [{ type: 'any_message', conversations: ['group'], to: 'tell' }], {
  tell: says(
    '{{ sender.kind }} {{ sender.name }} ({{ sender.operator }}), {{ contact.name }}, {{ message.addresses_bot }}',
  ),
})
const stored = () =>
  stage.db.query(
    `select text, direction, contact_id is not null as contact, operator_id, came_by, status from messages m
      where conversation_id in (select id from conversations where kind = 'group') and run_id is null order by id`,
  )
const group = async () => {
  const [row] = await stage.db.query<{ unread: number; manager_wrote: boolean; last_inbound_at: string | null }>(
    `select unread, manager_wrote, last_inbound_at from conversations where kind = 'group'`,
  )
  return row
}
const contacts = async () => {
  const rows = await stage.db.query<{ first_name: string }>('select first_name from contacts order by id')
  return rows.map((row) => row.first_name)
}
/** What an album at the head of the chat holds back is worked on as stored events. */
const photo = (id: number, person: number) => ({
  message: {
    message_id: id,
    date,
    chat,
    from: { id: person, is_bot: false, first_name: `Person ${person}` },
    photo: [{ file_id: `f${id}`, file_unique_id: `u${id}`, width: 10, height: 10 }],
    media_group_id: `album ${id}`,
  },
})

describe('what a manager writes in a group', () => {
  it("is the operator's, makes no contact and waits for nobody to read it", async () => {
    const operatorId = await open(tells)
    await stage.sayInGroup(-5, manager, 'Good morning')
    await stage.sayInGroup(-5, client, 'Hello')
    expect(await stored()).toEqual([
      {
        text: 'Good morning',
        direction: 'outbound',
        contact: false,
        operator_id: operatorId,
        came_by: 'telegram/70',
        status: 'sent',
      },
      {
        text: 'Hello',
        direction: 'inbound',
        contact: true,
        operator_id: null,
        came_by: 'telegram/1',
        status: 'received',
      },
    ])
    expect(await contacts()).toEqual(['Person 1'])
    expect(await group()).toMatchObject({ unread: 1, manager_wrote: true })
    const changes = await stage.db.query<{ kind: string; contact_id: number | null; by: unknown }>(
      `select kind, contact_id, data->'by' as by from changes where kind like 'message.%' order by id`,
    )
    expect(changes).toMatchObject([
      { kind: 'message.created', contact_id: null, by: { kind: 'operator', id: operatorId } },
      { kind: 'message.received' },
    ])
    expect(await stage.heard(-5)).toEqual([])
  })

  it('moves the flow when it addresses the bot, which sees who it is', async () => {
    const operatorId = await open(tells)
    await stage.sayInGroup(-5, manager, '@agent_bot are you there?')
    await stage.sayInGroup(-5, client, '@agent_bot and for me?')
    expect(await stage.heard(-5)).toEqual([
      `operator Olga (${operatorId}), , true`,
      'contact Person 1 (), Person 1, true',
    ])
  })

  it('is about the client for whom the group was made', async () => {
    const operatorId = await open(tells)
    await madeFor(client)
    await stage.sayInGroup(-5, manager, '@agent_bot are you there?')
    expect(await stage.heard(-5)).toEqual([`operator Olga (${operatorId}), Person 1, true`])
  })

  it('is known as theirs after a wait, and after other work was waited for', async () => {
    const operatorId = await open(
      flow(
        'Ask',
        [{ type: 'keyword', words: ['begin'], match: 'contains', conversations: ['group'], to: 'q' }],
        { q: asks('Which city?', 'city'), d: says('{{ sender.name }} {{ sender.operator }}: {{ run.city }}') },
        [['q > d', { delay: '1h', keepWhenReplied: true }]],
      ),
    )
    await stage.sayInGroup(-5, client, '@agent_bot begin')
    await stage.sayInGroup(-5, manager, '@agent_bot Kazan')
    await stage.pass('1h')
    expect(await stage.heard(-5)).toEqual(['Which city?', `Olga ${operatorId}: @agent_bot Kazan`])
  })

  it('is known as theirs when it was stored before it was worked on', async () => {
    const operatorId = await open(tells)
    await stage.update(photo(900, client))
    await stage.update({ message: groupMessage(901, -5, manager, 'Later') })
    await stage.update(photo(902, manager))
    await stage.pass('3s')
    expect(await contacts()).toEqual(['Person 1'])
    expect(await stored()).toMatchObject([
      { operator_id: null },
      { text: 'Later', operator_id: operatorId },
      { operator_id: operatorId },
    ])
  })

  it('can be changed and reacted to by its author', async () => {
    const operatorId = await open(tells)
    await stage.sayInGroup(-5, manager, 'Prise 5')
    const [{ external_id: first } = { external_id: '' }] = await stage.db.query<{ external_id: string }>(
      'select external_id from messages',
    )
    const message_id = Number(first.split(':')[1])
    const from = { id: manager, is_bot: false, first_name: 'Person 70' }
    await stage.update({ edited_message: { message_id, date, edit_date: date + 5, chat, from, text: 'Price 5' } })
    await stage.update({
      message_reaction: {
        chat,
        message_id,
        user: from,
        date,
        old_reaction: [],
        new_reaction: [{ type: 'emoji', emoji: '👍' }],
      },
    })
    expect(await stage.db.query('select text, reactions from messages')).toEqual([
      { text: 'Price 5', reactions: { [`operator:${operatorId}`]: ['👍'] } },
    ])
    expect(await contacts()).toEqual([])
  })

  it('in a conversation between two is what anybody writes', async () => {
    await open(flow('Echo', [{ type: 'any_message', to: 'tell' }], { tell: says('{{ sender.kind }}') }))
    await stage.say(manager, 'hello')
    expect(await stage.heard(manager)).toEqual(['contact'])
    expect(await contacts()).toEqual([`Person ${manager}`])
  })
})

describe('a group that was made for a client', () => {
  it('is answered by the bot only after a manager has written there', async () => {
    await open(tells)
    await madeFor(client)
    await stage.sayInGroup(-5, client, '@agent_bot hello?')
    expect(await stage.heard(-5)).toEqual([])
    await stage.sayInGroup(-5, manager, 'Good morning, I am Olga')
    expect(await stage.heard(-5)).toEqual([])
    await stage.sayInGroup(-5, client, 'and who else is here?')
    await stage.sayInGroup(-5, client, '@agent_bot hello?')
    expect(await stage.heard(-5)).toEqual(['contact Person 1 (), Person 1, true'])
  })

  it('does not take it for written that a manager came in', async () => {
    const operatorId = await open(tells)
    await madeFor(client)
    const user = { id: manager, is_bot: false, first_name: 'Person 70' }
    await stage.update({ message: { message_id: 990, date, chat, from: user, new_chat_members: [user] } })
    await stage.sayInGroup(-5, client, '@agent_bot hello?')
    expect(await stage.heard(-5)).toEqual([])
    expect(await group()).toMatchObject({ manager_wrote: false })
    expect(await contacts()).toEqual(['Person 1'])
    const joined = await stage.db.query(
      `select contact_id, data from changes where kind = 'conversation.member_joined' and data ? 'operator'`,
    )
    expect(joined).toEqual([{ contact_id: null, data: { name: 'Olga', operator: operatorId } }])
  })

  it('knows an administrator who writes as the group itself for a manager', async () => {
    await open(tells)
    await madeFor(client)
    const anonymous = {
      date,
      chat,
      from: { id: 1087968824, is_bot: true, first_name: 'Group', username: 'GroupAnonymousBot' },
      sender_chat: chat,
      author_signature: 'Boss',
    }
    await stage.update({ message: { ...anonymous, message_id: 980, text: 'Good morning' } })
    await stage.sayInGroup(-5, client, '@agent_bot hello?')
    const said = groupMessage(981, -5, 0, '@agent_bot well?')
    await stage.update({ message: { ...said, ...anonymous } })
    expect(await stage.heard(-5)).toEqual([
      'contact Person 1 (), Person 1, true',
      'operator Buyers Boss (), Person 1, true',
    ])
    expect((await stored())[1]).toMatchObject({
      text: 'Good morning',
      direction: 'outbound',
      contact: true,
      operator_id: null,
      came_by: 'telegram_chat/-5',
    })
    expect(await group()).toMatchObject({ manager_wrote: true, unread: 2 })
  })
})
