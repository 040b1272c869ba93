import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { flow, leaveStage, says } from '../../../flows/engine/stage.ts'
import { boris, olga, openTeam, type Team, teamGroup } from './team.ts'

let team: Team
afterEach(() => team.close())
afterAll(leaveStage)

const echo = flow('Echo', [{ type: 'any_message', to: 'e' }], { e: says('Echo {{ message.text }}') })
const stranger = 99

/** A customer has written, and the team has a topic for them. */
async function withTopic(): Promise<number> {
  team = await openTeam({ flows: [echo] })
  await team.stage.say(1, 'hello')
  const [topic] = await team.topics()
  return topic!.id
}

describe("the team's group", () => {
  it('has a topic for each conversation, in which all of it is told', async () => {
    const topic = await withTopic()
    expect(await team.topics()).toEqual([{ id: topic, name: 'Person 1 · bot' }])
    expect((await team.heard(teamGroup, topic)).join('\n')).toBe('👤 Person 1: hello\n🤖 Bot: Echo hello')
    await team.stage.say(2, 'me too')
    await team.stage.say(1, 'again')
    const [, second] = await team.topics()
    expect((await team.heard(teamGroup, second!.id)).join('\n')).toBe('👤 Person 2: me too\n🤖 Bot: Echo me too')
    expect((await team.heard(teamGroup, topic)).join('\n')).toContain('👤 Person 1: again\n🤖 Bot: Echo again')
    expect(await team.topics()).toHaveLength(2)
  })

  it('tells several messages in one when it is busy, in their order and with their formatting', async () => {
    const topic = await withTopic()
    const before = (await team.heard(teamGroup, topic)).length
    team.stage.bot.inject({ kind: 'rate_limited', retryAfter: 60 }, { method: 'sendMessage', chat: teamGroup })
    await team.stage.say(1, 'one')
    await team.rest()
    await team.stage.say(1, 'two')
    await team.stage.say(1, 'three')
    await team.rest()
    expect((await team.heard(teamGroup, topic)).length).toBe(before)
    await team.stage.pass('61s')
    const later = (await team.heard(teamGroup, topic)).slice(before)
    expect(later.join('\n')).toBe(
      [
        '👤 Person 1: one',
        '🤖 Bot: Echo one',
        '👤 Person 1: two',
        '🤖 Bot: Echo two',
        '👤 Person 1: three',
        '🤖 Bot: Echo three',
      ].join('\n'),
    )
    expect(later.length).toBeLessThan(6)
  })

  it('tells all that has gathered, however much it is', async () => {
    const topic = await withTopic()
    await team.stage.db.query(
      `insert into messages select (jsonb_populate_record(m, jsonb_build_object('id', m.id + n, 'text', 'gathered ' || n))).*
         from messages m cross join generate_series(1, 60) as n
        where m.id = (select max(id) from messages)`,
    )
    await team.stage.say(1, 'at last')
    await team.rest()
    const told = (await team.heard(teamGroup, topic)).join('\n')
    expect(told).toContain('gathered 60')
    expect(told).toContain('Echo at last')
  })

  it('shows files, and tells of changes', async () => {
    const topic = await withTopic()
    await team.stage.update({
      message: {
        message_id: 500,
        date: 1_793_600_000,
        chat: { id: 1, type: 'private', first_name: 'Person 1' },
        from: { id: 1, is_bot: false, first_name: 'Person 1' },
        caption: 'My car',
        photo: [{ file_id: 'car', file_unique_id: 'u', width: 10, height: 10 }],
      },
    })
    await team.rest()
    const photos = team.stage.bot.calls.filter(({ method }) => method === 'sendPhoto')
    expect(photos.map(({ params }) => [params.photo, params.caption, params.message_thread_id])).toEqual([
      ['car', '👤 Person 1: My car', topic],
    ])
    await team.stage.update({
      edited_message: {
        message_id: 500,
        date: 1_793_600_000,
        edit_date: 1_793_600_009,
        chat: { id: 1, type: 'private', first_name: 'Person 1' },
        from: { id: 1, is_bot: false, first_name: 'Person 1' },
        caption: 'My old car',
        photo: [{ file_id: 'car', file_unique_id: 'u', width: 10, height: 10 }],
      },
    })
    expect((await team.heard(teamGroup, topic)).at(-1)).toBe('✏️ 👤 Person 1: My old car')
  })

  it('gets another topic when one was deleted', async () => {
    const topic = await withTopic()
    const bot = team.stage.bot.account('100200300:abcdefghijklmnopqrstuvwxyzABCDEFGHI')
    bot.lostTopics.add(`${teamGroup}/${topic}`)
    await team.stage.say(1, 'still here?')
    await expect.poll(() => team.stage.db.query('select thread from conversation_mirrors')).toEqual([{ thread: null }])
    await team.stage.pass('2s')
    const topics = await team.topics()
    expect(topics).toHaveLength(2)
    expect((await team.heard(teamGroup, topics[1]!.id)).join('\n')).toContain('👤 Person 1: still here?')
  })

  it('is no conversation of its own, and its members are no contacts', async () => {
    const topic = await withTopic()
    await team.writeIn(topic, olga, 'Good morning')
    await team.writeIn(undefined, stranger, 'Who are you?')
    expect(await team.stage.db.query('select first_name from contacts')).toEqual([{ first_name: 'Person 1' }])
    expect(await team.stage.db.query('select kind from conversations')).toEqual([{ kind: 'direct' }])
  })
})

describe('what an operator writes in a topic', () => {
  it('goes to the customer, takes the conversation over, and is not told again', async () => {
    const topic = await withTopic()
    const id = await team.writeIn(topic, olga, 'Good morning')
    expect(await team.heard(1)).toEqual(['Echo hello', 'Good morning'])
    const lines = await team.heard(teamGroup, topic)
    expect(lines.join('\n')).not.toContain('Good morning')
    const reactions = team.stage.bot.calls.filter(({ method }) => method === 'setMessageReaction')
    expect(reactions.map(({ params }) => params.message_id)).toEqual([id])
    await team.stage.say(1, 'are you human?')
    expect(await team.heard(1)).toHaveLength(2)
    expect(
      await team.stage.db.query('select mode, o.name from conversations c join operators o on o.id = c.assignee_id'),
    ).toEqual([{ mode: 'manual', name: 'Olga' }])
    await team.writeIn(topic, olga, '/back')
    await team.stage.say(1, 'and now?')
    expect((await team.heard(1)).at(-1)).toBe('Echo and now?')
  })

  it('answers the very message that it replies to, with files', async () => {
    const topic = await withTopic()
    const [line] = team.stage.bot.sent(teamGroup)
    team.stage.bot.addFile('offer', new TextEncoder().encode('An offer'), 'text/plain')
    await team.writeIn(topic, olga, '', {
      text: undefined,
      caption: 'Our offer',
      document: { file_id: 'offer', file_unique_id: 'o', file_name: 'offer.txt' },
      reply_to_message: line,
    })
    const document = team.stage.bot.calls.find(({ method }) => method === 'sendDocument')
    expect(document?.params).toMatchObject({ chat_id: '1', caption: 'Our offer' })
    expect(document?.params.reply_parameters).toBeDefined()
    expect(await (document!.params.document as File).text()).toBe('An offer')
  })

  it('is changed at the customer when it is changed in the topic', async () => {
    const topic = await withTopic()
    const id = await team.writeIn(topic, olga, 'Prise 5')
    await team.editIn(topic, olga, id, 'Price 5')
    await expect
      .poll(() =>
        team.stage.bot.calls.filter(({ method }) => method === 'editMessageText').map(({ params }) => params.text),
      )
      .toEqual(['Price 5'])
  })

  it('stays among colleagues when it answers one of them, or begins with //', async () => {
    const topic = await withTopic()
    await team.writeIn(topic, olga, '// a difficult one')
    const colleague = {
      message_id: 77,
      date: 1,
      chat: { id: teamGroup, type: 'supergroup' },
      from: { id: boris, is_bot: false, first_name: 'B' },
    }
    await team.writeIn(topic, olga, 'I agree', { reply_to_message: colleague })
    expect(await team.heard(1)).toEqual(['Echo hello'])
  })

  it('of somebody who is not linked goes nowhere and is answered politely', async () => {
    const topic = await withTopic()
    await team.writeIn(topic, stranger, 'I am the boss')
    await team.writeIn(topic, stranger, '/take')
    await team.press(stranger, teamGroup, 'Take over').catch(() => undefined)
    expect(await team.heard(1)).toEqual(['Echo hello'])
    expect((await team.heard(teamGroup, topic)).at(-1)).toContain('Only operators may work here')
    expect(await team.stage.db.query('select mode from conversations')).toEqual([{ mode: 'bot' }])
  })

  it('reaches the customer of any channel', async () => {
    team = await openTeam({
      flows: [echo],
      channels: [{ kind: 'webchat', name: 'site', settings: {} }],
    })
    const { db } = team.stage
    const [site] = await db.query<{ hook_id: string }>(`select hook_id from channels where kind = 'webchat'`)
    const posted = await fetch(`${team.stage.parley.address}/hooks/${site!.hook_id}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer visitor.${'A'.repeat(43)}` },
      body: JSON.stringify({ id: '0b8fe1a4-3f0c-4a4e-9a53-6e1f0f3c2d11', text: 'hi', details: { name: 'Ann' } }),
    })
    expect(posted.status).toBe(200)
    const [topic] = await team.topics()
    expect(topic?.name).toBe('Ann · site')
    expect((await team.heard(teamGroup, topic!.id)).join('\n')).toBe('👤 Ann: hi\n🤖 Bot: Echo hi')
    await team.writeIn(topic!.id, olga, 'Good morning, Ann')
    expect(await db.query(`select text, status from messages where operator_id is not null`)).toEqual([
      { text: 'Good morning, Ann', status: 'sent' },
    ])
  })
})
