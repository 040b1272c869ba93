import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { addLabels } from '../../../../src/contacts/add-labels.ts'
import { createContact } from '../../../../src/contacts/create-contact.ts'
import type { FlowInput } from '../../../../src/flows/flow.ts'
import { startRun } from '../../../../src/flows/start-run.ts'
import { stopRun } from '../../../../src/flows/stop-run.ts'
import type { Seed } from '../../../parley.ts'
import { asks, flow, leaveStage, openStage, type Stage, says } from './stage.ts'

let stage: Stage
afterEach(() => stage.close())
afterAll(leaveStage)

const open = async (...flows: FlowInput[]) => {
  stage = await openStage({ flows })
}
const openWith = async (channels: Seed['channels'], ...flows: FlowInput[]) => {
  stage = await openStage({ flows, channels })
}
const told = (name: string, trigger: NonNullable<FlowInput['triggers']>[number]) =>
  flow(name, [trigger], { tell: says(`${name}: {{ message.text }}`) })
const flowId = async (name: string) =>
  (await stage.db.query<{ id: number }>('select id from flows where name = $1', [name]))[0]!.id

describe('what a message starts', () => {
  it('first message: only the first one of the conversation; any message: those that nothing else takes', async () => {
    await open(told('First', { type: 'first_message', to: 'tell' }), told('Any', { type: 'any_message', to: 'tell' }))
    await stage.say(1, 'a')
    await stage.say(1, 'b')
    expect(await stage.heard(1)).toEqual(['First: a', 'Any: b'])
  })

  it('keyword: exact, at the start, or as a whole word within, whatever its case', async () => {
    await open(
      told('Exact', { type: 'keyword', words: ['price'], to: 'tell' }),
      told('Starts', { type: 'keyword', words: ['buy'], match: 'starts', to: 'tell' }),
      told('Contains', { type: 'keyword', words: ['help'], match: 'contains', to: 'tell' }),
    )
    for (const text of ['  PRICE ', 'price list', 'Buy a car', 'buyer', 'please HELP me', 'helpless'])
      await stage.say(1, text)
    expect(await stage.heard(1)).toEqual(['Exact:   PRICE ', 'Starts: Buy a car', 'Contains: please HELP me'])
  })

  it('keyword: not while a run waits for the reply, unless it says so', async () => {
    await open(
      flow('Ask', [{ type: 'keyword', words: ['ask'], to: 'q' }], { q: asks('Well?', 'a'), e: says('a={{ run.a }}') }, [
        'q > e',
      ]),
      told('Polite', { type: 'keyword', words: ['polite'], to: 'tell' }),
      told('Rude', { type: 'keyword', words: ['rude'], whileWaiting: true, to: 'tell' }),
    )
    await stage.say(1, 'ask')
    await stage.say(1, 'rude')
    await stage.say(1, 'polite')
    expect(await stage.heard(1)).toEqual(['Well?', 'Rude: rude', 'a=polite'])
  })

  it('command: at any time, with its argument', async () => {
    await open(
      flow('Ask', [{ type: 'any_message', to: 'q' }], { q: asks('Well?', 'a') }),
      flow('Start', [{ type: 'command', name: 'start', to: 'tell' }], {
        tell: says('Started with {{ run.argument }}'),
      }),
    )
    await stage.say(1, 'hi')
    await stage.say(1, '/start ad7')
    expect(await stage.heard(1)).toEqual(['Well?', 'Started with ad7'])
  })

  it('only in the channels and kinds of conversation that it names', async () => {
    await openWith(
      [{ kind: 'webchat', name: 'shop', settings: {} }],
      told('Elsewhere', { type: 'any_message', channels: ['shop'], to: 'tell' }),
      told('Groups', { type: 'any_message', conversations: ['group'], to: 'tell' }),
      told('Here', { type: 'any_message', channels: ['bot'], to: 'tell' }),
    )
    await stage.say(1, 'hi')
    await stage.sayInGroup(-100, 2, '@agent_bot hi')
    expect(await stage.heard(1)).toEqual(['Here: hi'])
    expect(await stage.heard(-100)).toEqual(['Groups: @agent_bot hi'])
  })
})

describe('what else starts a flow', () => {
  it('a label that was added, once', async () => {
    await open(
      flow('Labelled', [{ type: 'label_added', label: 'vip', to: 'tell' }], {
        tell: says('Welcome, {{ contact.first_name }}'),
      }),
    )
    await stage.say(1, 'hi')
    await stage.run(addLabels, { contactId: await stage.contactId(1), labels: ['vip', 'other'] })
    await vi.waitFor(() => expect(stage.bot.sent(1).map(({ text }) => text)).toEqual(['Welcome, Person 1']), {
      timeout: 5000,
    })
    await stage.run(addLabels, { contactId: await stage.contactId(1), labels: ['vip'] })
    await stage.say(1, 'again')
    expect(await stage.heard(1)).toEqual(['Welcome, Person 1'])
  })

  it('a label that another flow adds; but a flow does not start itself by it', async () => {
    const label = { type: 'add-labels', options: { labels: ['vip'] } }
    await open(
      flow('Labelled', [{ type: 'label_added', label: 'vip', to: 'tell' }], { tell: says('Labelled') }),
      flow(
        'Self',
        [
          { type: 'label_added', label: 'vip', to: 'tell' },
          { type: 'any_message', to: 'add' },
        ],
        { add: label, wait: asks('Well?', 'a'), tell: says('Never') },
        ['add > wait'],
      ),
    )
    await stage.say(1, 'hi')
    await vi.waitFor(() => expect(stage.bot.sent(1).map(({ text }) => text)).toContain('Labelled'), { timeout: 5000 })
    expect(await stage.heard(1)).toEqual(['Well?', 'Labelled'])
    expect(
      await stage.db.query(`select f.name from runs r join flows f on f.id = r.flow_id where r.status = 'active'`),
    ).toEqual([{ name: 'Self' }])
  })

  it('a signal, at its trigger or a chosen block, with variables; the same key again changes nothing', async () => {
    await open(
      flow(
        'Called',
        [
          { type: 'postback', to: 'p' },
          { type: 'api', to: 'a' },
        ],
        { p: says('Postback {{ run.n }}'), a: says('Api {{ run.n }}'), c: says('Chosen {{ run.n }}') },
      ),
    )
    await stage.say(1, 'hi')
    const subject = { contactId: await stage.contactId(1) }
    const start = (more: object) => stage.run(startRun, { flowId: 0, subject, trigger: 'postback' as const, ...more })
    const id = await flowId('Called')
    await start({ flowId: id, variables: { n: 1 }, key: 'k' })
    await start({ flowId: id, variables: { n: 2 }, key: 'k' })
    await stage.parley.sweep()
    expect(await stage.heard(1)).toEqual(['Postback 1'])
    await start({ flowId: id, trigger: 'api', variables: { n: 3 } })
    await start({ flowId: id, trigger: 'manual', block: 'c', variables: { n: 4 } })
    await stage.parley.sweep()
    expect(await stage.heard(1)).toEqual(['Postback 1', 'Api 3', 'Chosen 4'])
  })

  it('a signal for a person who never wrote: the first message opens the dialogue, and the reply goes on', async () => {
    await open(
      flow(
        'Call',
        [{ type: 'postback', to: 'q' }],
        { q: asks('Shall we call?', 'a', { timeout: '1d' }), e: says('a={{ run.a }}'), late: says('Late') },
        ['q > e', 'q:timeout > late'],
      ),
    )
    const contact = await stage.run(createContact, {
      fields: { firstName: 'Ann' },
      identities: [{ kind: 'telegram', value: '77' }],
      attributes: {},
      labels: [],
    })
    await stage.run(startRun, {
      flowId: await flowId('Call'),
      subject: { contactId: contact.id },
      trigger: 'postback',
      sendingChannel: 'bot',
    })
    await stage.parley.sweep()
    expect(await stage.heard(77)).toEqual(['Shall we call?'])
    await stage.say(77, 'yes')
    expect(await stage.heard(77)).toEqual(['Shall we call?', 'a=yes'])
    expect(await stage.db.query('select count(*)::int as n from contacts')).toEqual([{ n: 1 }])
    expect(await stage.db.query('select count(*)::int as n from conversations')).toEqual([{ n: 1 }])
  })

  it('nothing any more once an operator has stopped the run', async () => {
    await open(
      flow('Ask', [{ type: 'any_message', to: 'q' }], { q: asks('Well?', 'a'), e: says('a={{ run.a }}') }, ['q > e']),
    )
    await stage.say(1, 'hi')
    await stage.rest()
    const [run] = await stage.db.query<{ id: number }>('select id from runs')
    await stage.run(stopRun, { runId: run!.id })
    await stage.say(1, 'yes')
    expect(await stage.heard(1)).toEqual(['Well?', 'Well?'])
  })
})

describe('a published flow that this program cannot read', () => {
  it('stops neither the other flows nor the messages; its runs fail visibly', async () => {
    stage = await openStage({
      flows: [
        flow('Strange', [{ type: 'any_message', to: 'a' }], { a: asks('Well?', 'a') }),
        flow('Plain', [{ type: 'keyword', words: ['go'], whileWaiting: true, to: 'a' }], { a: says('Gone') }),
      ],
      prepare: async (db) => {
        await db.query(
          `update flow_versions set graph = jsonb_set(graph, '{blocks,0,type}', '"of-tomorrow"') where flow_id = 1`,
        )
      },
    })
    await stage.say(1, 'hi')
    await stage.say(1, 'go')
    expect(await stage.heard(1)).toEqual(['Gone'])
    expect(await stage.db.query(`select status from events`)).toEqual([{ status: 'done' }, { status: 'done' }])
    expect(await stage.db.query(`select status, error from runs order by id limit 1`)).toEqual([
      { status: 'failed', error: expect.stringMatching(/of-tomorrow/) },
    ])
  })
})
