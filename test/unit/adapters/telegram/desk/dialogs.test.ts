import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createPipeline } from '../../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../../src/crm/create-spot.ts'
import { createLinkCode } from '../../../../../src/team/identities/create-link-code.ts'
import { flow, leaveStage, says } from '../../../flows/engine/stage.ts'
import { boris, olga, openTeam, type Team, teamGroup } from './team.ts'

let team: Team
afterEach(() => team.close())
afterAll(leaveStage)

const echo = flow('Echo', [{ type: 'any_message', to: 'e' }], { e: says('Echo {{ message.text }}') })
const stranger = 99

/** A customer has written, and there are two shops. */
async function withTopic(): Promise<number> {
  team = await openTeam({ flows: [echo] })
  const { stage } = team
  for (const name of ['North', 'South']) {
    const { id } = await stage.run(createSpot, { name })
    await stage.run(createPipeline, { spotId: id, name: 'Sales', stages: [{ name: 'New', type: 'open' as const }] })
  }
  await stage.say(1, 'hello')
  const [topic] = await team.topics()
  return topic!.id
}
const last = async (topic: number) => (await team.heard(teamGroup, topic)).at(-1)
const stored = (query: string) => team.stage.db.query(query)

describe('an account', () => {
  it('is linked by a code in private, and only then lets somebody work', async () => {
    team = await openTeam({ flows: [echo] })
    await team.write(stranger, '/desk')
    expect((await team.heard(stranger)).at(-1)).toContain('Only operators may work here')
    const anna = await team.stage.api('POST', '/operators', { name: 'Anna', role: 'manager' })
    const { id } = anna as { id: number }
    const { code } = await team.stage.run((tx, context) => createLinkCode(tx, context, id), undefined)
    await team.writeIn(undefined, stranger, `/link ${code}`)
    expect((await team.heard(teamGroup)).at(-1)).toContain('in private')
    await team.write(stranger, '/link WRONG-CODES')
    expect((await team.heard(stranger)).at(-1)).toContain('wrong')
    await team.write(stranger, `/start link_${code.replace('-', '')}`)
    expect((await team.heard(stranger)).at(-1)).toContain('Anna’s now')
    await team.write(stranger, '/desk')
    expect((await team.heard(stranger)).at(-1)).toContain('Nothing waits, Anna.')
    // None of this is a customer's conversation.
    expect(await stored('select 1 as one from conversations')).toEqual([])
    expect(await stored('select 1 as one from contacts')).toEqual([])
  })

  it('that is nobody’s leaves its owner a customer, whose commands are the flow’s', async () => {
    team = await openTeam({ flows: [echo] })
    await team.stage.say(stranger, '/take')
    expect(await team.heard(stranger)).toEqual(['Echo /take'])
  })
})

describe('in private an operator', () => {
  it('chooses a conversation and does with it what the buttons say', async () => {
    await withTopic()
    await team.write(olga, '/take')
    expect((await team.heard(olga)).at(-1)).toContain('Which conversation?')
    await team.write(olga, '/desk')
    await team.press(olga, olga, 'Person 1 · bot (1)')
    expect((await team.heard(olga)).at(-1)).toBe(
      'Person 1 · bot\n🤖 the bot answers; nobody has it\nunread: 1\n“Echo hello”',
    )
    await team.press(olga, olga, 'Take over')
    expect(await stored('select mode from conversations')).toEqual([{ mode: 'manual' }])
    await team.write(olga, '/label vip, red')
    await team.write(olga, '/note Likes red')
    await team.press(olga, olga, 'Card')
    expect((await team.heard(olga)).at(-1)).toBe('Person 1\ntelegram 1\nLabels: vip, red\nNotes:\n• Likes red')
    await team.press(olga, olga, 'Assign')
    await team.press(olga, olga, 'Boris')
    expect((await team.heard(olga)).at(-1)).toBe('Boris has it now.')
    await team.write(olga, '/back')
    expect(await stored('select mode, o.name from conversations c join operators o on o.id = c.assignee_id')).toEqual([
      { mode: 'bot', name: 'Boris' },
    ])
    await team.write(olga, 'hello customer')
    expect(await team.heard(1)).toEqual(['Echo hello'])
  })
})

describe('a step-by-step dialog in a topic', () => {
  it('makes a deal, asking for what it needs', async () => {
    const topic = await withTopic()
    await team.writeIn(topic, olga, '/deal')
    expect(await last(topic)).toBe('What is the deal called?')
    await team.writeIn(topic, olga, 'A red car')
    await team.writeIn(topic, olga, 'much')
    expect(await last(topic)).toContain('“much” is no number')
    await team.writeIn(topic, olga, '5 000')
    expect(await last(topic)).toBe('At which point of sale?')
    await team.press(olga, teamGroup, 'South')
    expect(await last(topic)).toBe('In which stage?')
    await team.press(olga, teamGroup, 'New')
    expect(await last(topic)).toBe('Deal #1 stands in South / Sales / New.')
    const deals = await stored(
      'select d.name, d.budget::int, o.name as who, d.contact_id is not null as contact from deals d join operators o on o.id = d.responsible_id',
    )
    expect(deals).toEqual([{ name: 'A red car', budget: 5000, who: 'Olga', contact: true }])
    expect(await team.heard(1)).toEqual(['Echo hello'])
  })

  it('makes a task, and asks again for a day that it cannot read', async () => {
    const topic = await withTopic()
    await team.writeIn(topic, olga, '/task')
    await team.writeIn(topic, olga, 'Call back')
    await team.writeIn(topic, olga, 'soon')
    expect(await last(topic)).toContain('By when, then?')
    await team.writeIn(topic, olga, '30.11.2026 18:00')
    expect(await last(topic)).toBe('The task is yours. It is due 2026-11-30 15:00 UTC.')
    expect(await stored('select name from tasks')).toEqual([{ name: 'Call back' }])
  })

  it('takes answers of the one who was asked only', async () => {
    const topic = await withTopic()
    await team.writeIn(topic, olga, '/note')
    const question = team.stage.bot.sent(teamGroup).at(-1)
    await team.writeIn(topic, boris, 'He is rude', { reply_to_message: question })
    expect(await last(topic)).toBe('This was asked of somebody else; nothing went to the customer.')
    await team.writeIn(topic, boris, 'Good morning')
    expect((await team.heard(1)).at(-1)).toBe('Good morning')
    await team.writeIn(topic, olga, 'Pays in cash')
    expect(await stored('select n.text, o.name from notes n join operators o on o.id = n.operator_id')).toEqual([
      { text: 'Pays in cash', name: 'Olga' },
    ])
    await team.writeIn(topic, olga, '/assign')
    await team.press(boris, teamGroup, 'Nobody')
    const answers = team.stage.bot.calls.filter(({ method }) => method === 'answerCallbackQuery')
    expect(answers.at(-1)?.params.text).toBe('This is not asked of you, or no longer.')
    expect(await last(topic)).toBe('Who is to have it?')
  })

  it('goes on after a restart in the middle', async () => {
    const topic = await withTopic()
    await team.writeIn(topic, olga, '/deal')
    await team.writeIn(topic, olga, 'A red car')
    await team.restart()
    await team.writeIn(topic, olga, '7000')
    await team.press(olga, teamGroup, 'North')
    await team.restart()
    await team.press(olga, teamGroup, 'New')
    expect(await last(topic)).toBe('Deal #1 stands in North / Sales / New.')
    expect(await stored('select name, budget::int from deals')).toEqual([{ name: 'A red car', budget: 7000 }])
  })

  it('ends with /cancel, and with another command', async () => {
    const topic = await withTopic()
    await team.writeIn(topic, olga, '/note')
    await team.writeIn(topic, olga, '/cancel')
    expect(await last(topic)).toBe('Nothing was done.')
    await team.writeIn(topic, olga, '/note')
    await team.writeIn(topic, olga, '/label vip')
    expect(await last(topic)).toBe('Labelled: vip.')
    await team.writeIn(topic, olga, 'Good morning')
    expect((await team.heard(1)).at(-1)).toBe('Good morning')
    expect(await stored('select 1 as one from notes')).toEqual([])
  })

  it('survives a limit of the vendor without losing or doubling what was done', async () => {
    const topic = await withTopic()
    await team.writeIn(topic, olga, '/note')
    team.stage.bot.inject({ kind: 'rate_limited', retryAfter: 5 }, { method: 'sendMessage', chat: teamGroup })
    const answered = team.writeIn(topic, olga, 'Pays in cash')
    const waits = () =>
      stored(`select count(*)::int as count from channel_orders where error is not null and status = 'pending'`)
    await expect.poll(waits, { timeout: 10_000 }).toEqual([{ count: 1 }])
    await team.stage.pass('6s')
    await answered
    expect(await last(topic)).toBe('The note is kept.')
    expect(await stored('select text from notes')).toEqual([{ text: 'Pays in cash' }])
    expect(await team.heard(1)).toEqual(['Echo hello'])
  })
})
