import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createContact } from '../../../../src/contacts/create-contact.ts'
import { setMode } from '../../../../src/conversations/set-mode.ts'
import { liftFlowBlock } from '../../../../src/flows/lift-flow-block.ts'
import { startRun } from '../../../../src/flows/start-run.ts'
import { asks, flow, leaveStage, openStage, type Stage, says } from './stage.ts'

let stage: Stage
afterEach(() => stage.close())
afterAll(leaveStage)

const open = async (...flows: Parameters<typeof openStage>[0]['flows']) => {
  stage = await openStage({ flows })
}
const any = (to: string) => [{ type: 'any_message' as const, to }]
const keyword = (word: string, to: string) => [{ type: 'keyword' as const, words: [word], to }]

describe('the state of a block', () => {
  it('skip: goes on at once; wait: goes on with the reply', async () => {
    await open(
      flow(
        'Greeting',
        any('hello'),
        { hello: says('Hello'), who: says('Who?', { state: 'wait' }), you: says('You: {{ message.text }}') },
        ['hello > who', 'who > you'],
      ),
    )
    await stage.say(1, 'hi')
    expect(await stage.heard(1)).toEqual(['Hello', 'Who?'])
    await stage.say(1, 'Ivan')
    expect(await stage.heard(1)).toEqual(['Hello', 'Who?', 'You: Ivan'])
    expect(await stage.db.query('select status from runs')).toEqual([{ status: 'ended' }])
  })

  it('wait adds no second wait to a block that has waited for the reply itself', async () => {
    await open(
      flow(
        'Ask',
        any('name'),
        { name: { ...asks('Name?', 'name'), state: 'wait' }, you: says('You: {{ run.name }}') },
        ['name > you'],
      ),
    )
    await stage.say(1, 'hi')
    await stage.say(1, 'Ivan')
    expect(await stage.heard(1)).toEqual(['Name?', 'You: Ivan'])
  })

  it('block: ends the flow for the contact, who can neither start nor move it until that is lifted', async () => {
    await open(
      flow('Closed', keyword('go', 'last'), { last: says('Goodbye', { state: 'block' }), more: says('never') }, [
        'last > more',
      ]),
    )
    await stage.say(1, 'go')
    expect(await stage.heard(1)).toEqual(['Goodbye'])
    await stage.say(1, 'go')
    expect(await stage.heard(1)).toEqual(['Goodbye'])
    expect(await stage.db.query(`select text from messages where direction = 'inbound'`)).toEqual([
      { text: 'go' },
      { text: 'go' },
    ])
    const [closed] = await stage.db.query<{ id: number }>('select id from flows')
    await stage.run(liftFlowBlock, { flowId: closed!.id, subject: { contactId: await stage.contactId(1) } })
    await stage.say(1, 'go')
    expect(await stage.heard(1)).toEqual(['Goodbye', 'Goodbye'])
  })

  it('block: ends the other runs of that flow too, and leaves other flows alone', async () => {
    await open(
      flow(
        'Closed',
        [{ type: 'keyword', words: ['stop'], whileWaiting: true, to: 'last' }],
        {
          question: asks('Sure?', 'answer'),
          sure: says('Sure!'),
          last: says('Goodbye', { state: 'block' }),
        },
        ['question > sure'],
      ),
      flow('Main', keyword('go', 'start'), {
        start: { type: 'start-flow', options: { flow: 'Closed', block: 'question' } },
      }),
    )
    await stage.say(1, 'go')
    expect(await stage.heard(1)).toEqual(['Sure?'])
    await stage.say(1, 'stop')
    await stage.say(1, 'yes')
    expect(await stage.heard(1)).toEqual(['Sure?', 'Goodbye'])
  })

  it('block: what the contact writes then still starts other flows', async () => {
    await open(
      flow('Closed', any('last'), { last: says('Goodbye', { state: 'block' }) }),
      flow('Open', any('hello'), { hello: says('Still here') }),
    )
    await stage.say(1, 'one')
    await stage.say(1, 'two')
    expect(await stage.heard(1)).toEqual(['Goodbye', 'Still here'])
  })

  it('manual: does its work and hands over; the bot is silent until it is given the conversation back', async () => {
    await open(
      flow(
        'Desk',
        any('call'),
        { call: says('I call a manager', { state: 'manual' }), back: says('Back: {{ message.text }}') },
        ['call > back'],
      ),
    )
    await stage.say(1, 'hi')
    await stage.say(1, 'anybody?')
    expect(await stage.heard(1)).toEqual(['I call a manager'])
    expect(await stage.db.query('select mode from conversations')).toEqual([{ mode: 'manual' }])
    await stage.run(setMode, { conversationId: await stage.conversationId(1), mode: 'bot' })
    await stage.say(1, 'and now?')
    expect(await stage.heard(1)).toEqual(['I call a manager', 'Back: and now?'])
  })

  it('manual: what becomes due meanwhile waits until the conversation is given back', async () => {
    await open(
      flow('Reminder', any('hello'), { hello: says('Hello'), remind: says('Still interested?') }, [
        ['hello > remind', { delay: '1h' }],
      ]),
    )
    await stage.say(1, 'hi')
    await stage.rest()
    const conversationId = await stage.conversationId(1)
    await stage.run(setMode, { conversationId, mode: 'manual' })
    await stage.pass('2h')
    expect(await stage.heard(1)).toEqual(['Hello'])
    await stage.run(setMode, { conversationId, mode: 'bot' })
    await stage.parley.sweep()
    await stage.rest()
    await stage.pass('1s')
    expect(await stage.heard(1)).toEqual(['Hello', 'Still interested?'])
  })
})

describe('a run that began before the dialogue', () => {
  it('is silent too while people have the conversation that it opened', async () => {
    await open(
      flow('Call', [{ type: 'postback', to: 'hello' }], { hello: says('Hello'), remind: says('Still interested?') }, [
        ['hello > remind', { delay: '1h' }],
      ]),
    )
    const contact = await stage.run(createContact, { identities: [{ kind: 'telegram', value: '77' }] })
    const [call] = await stage.db.query<{ id: number }>('select id from flows')
    await stage.run(startRun, {
      flowId: call!.id,
      subject: { contactId: contact.id },
      trigger: 'postback' as const,
      sendingChannel: 'bot',
    })
    await stage.parley.sweep()
    expect(await stage.heard(77)).toEqual(['Hello'])
    const conversationId = await stage.conversationId(77)
    await stage.run(setMode, { conversationId, mode: 'manual' })
    await stage.pass('2h')
    expect(await stage.heard(77)).toEqual(['Hello'])
    await stage.run(setMode, { conversationId, mode: 'bot' })
    await stage.parley.sweep()
    await stage.rest()
    await stage.pass('1s')
    expect(await stage.heard(77)).toEqual(['Hello', 'Still interested?'])
  })
})

describe('a message delay', () => {
  it('holds what follows; messages meanwhile are stored and move nothing', async () => {
    await open(
      flow('Slow', any('first'), { first: says('First', { messageDelay: '10m' }), second: says('Second') }, [
        'first > second',
      ]),
    )
    await stage.say(1, 'hi')
    await stage.pass('5m')
    await stage.say(1, 'are you there?')
    expect(await stage.heard(1)).toEqual(['First'])
    expect(await stage.db.query(`select count(*)::int as n from messages where direction = 'inbound'`)).toEqual([
      { n: 2 },
    ])
    await stage.pass('5m')
    expect(await stage.heard(1)).toEqual(['First', 'Second'])
    await stage.say(1, 'again')
    expect(await stage.heard(1)).toEqual(['First', 'Second', 'First'])
  })
})
