import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { inbound, openPhoneStage, type PhoneStage } from './phone-stage.ts'
import { asks, flow, leaveStage, says } from './stage.ts'

let stage: PhoneStage
afterEach(() => stage.close())
afterAll(leaveStage)

describe('a call to us', () => {
  it('makes contact, conversation and messages, and lets a flow talk and hear keys like texts', async () => {
    stage = await openPhoneStage([
      flow(
        'Menu',
        [{ type: 'call', to: 'menu' }],
        { menu: asks('Press 1 for sales', 'choice'), sales: says('You pressed {{ run.choice }}') },
        ['menu > sales'],
      ),
    ])
    const answer = JSON.parse(await stage.tell('incoming', 'in-1', {}, inbound)) as Record<string, unknown>
    expect(answer).toMatchObject({ answer: true, stay: true, digits: { max: 64 } })
    await stage.tell('answered', 'in-1', {}, inbound)
    await vi.waitFor(() =>
      expect(stage.phones.commands).toMatchObject([{ command: 'say', say: { text: 'Press 1 for sales' } }]),
    )
    await stage.tell('dtmf', 'in-1', { digit: '1' }, inbound)
    await vi.waitFor(() =>
      expect(stage.phones.commands[1]).toMatchObject({
        command: 'say',
        call_id: 'in-1',
        say: { text: 'You pressed 1' },
      }),
    )
    await stage.tell('completed', 'in-1', { duration: 21 }, inbound)
    await stage.rest()
    expect(
      await stage.db.query(
        `select i.kind, i.value, c.kind as conversation, c.title from conversations c join identities i on i.contact_id = c.contact_id`,
      ),
    ).toEqual([{ kind: 'phone', value: '+4915112345678', conversation: 'call', title: '+4915112345678' }])
    expect(stage.phones.refused).toEqual([])
  })

  it('hears speech where the line listens for it', async () => {
    stage = await openPhoneStage(
      [
        flow(
          'Name',
          [{ type: 'call', to: 'ask' }],
          { ask: asks('Who is there?', 'name'), hi: says('Hello {{ run.name }}') },
          ['ask > hi'],
        ),
      ],
      { listen: 'both' },
    )
    await stage.tell('incoming', 'in-1', {}, inbound)
    await stage.tell('speech', 'in-1', { transcript: 'Anna' }, inbound)
    await vi.waitFor(() => expect(stage.phones.commands.at(-1)).toMatchObject({ say: { text: 'Hello Anna' } }))
  })

  it('that nobody took begins a flow that writes where the contact wrote last', async () => {
    stage = await openPhoneStage([
      flow('Missed', [{ type: 'call', events: ['missed'], to: 'sorry' }], {
        sorry: says('You called us: {{ run.call.from }}'),
      }),
    ])
    await stage.say(1, 'hi')
    await stage.rest()
    await stage.db.query(
      `insert into identities (project_id, contact_id, kind, value, created_at)
       select project_id, contact_id, 'phone', '+4915112345678', created_at from identities limit 1`,
    )
    await stage.tell('incoming', 'in-1', {}, inbound)
    await stage.tell('canceled', 'in-1', { hangup_by: 'caller' }, inbound)
    expect(await stage.heard(1)).toEqual(['You called us: +4915112345678'])
    expect(stage.phones.commands).toEqual([])
  })

  it('begins only what waits for that step in that direction', async () => {
    const says1 = (name: string, trigger: Record<string, unknown>) =>
      flow(name, [{ type: 'call', to: 'say', ...trigger } as never], { say: says(name) })
    stage = await openPhoneStage([
      says1('no answer', { events: ['no_answer'], direction: 'outbound' }),
      says1('recorded', { events: ['recording'], direction: 'any' }),
      says1('other line', { events: ['incoming'], channels: ['bot'] }),
    ])
    await stage.tell('incoming', 'in-1', {}, inbound)
    await stage.tell('no_answer', 'in-1', {}, inbound)
    await stage.rest()
    const started = () => stage.db.query('select f.name from runs r join flows f on f.id = r.flow_id order by r.id')
    expect(await started()).toEqual([])
    await stage.tell('no_answer', 'out-1')
    await stage.tell('recording', 'out-1', { recording_url: 'https://pbx.example.com/1.wav' })
    await stage.rest()
    expect(await started()).toEqual([{ name: 'no answer' }, { name: 'recorded' }])
  })

  it('that is told twice changes nothing', async () => {
    stage = await openPhoneStage([flow('Menu', [{ type: 'call', to: 'hi' }], { hi: says('Hello') })])
    await stage.tell('incoming', 'in-1', { id: 'same', seq: 1 }, inbound)
    await stage.tell('incoming', 'in-1', { id: 'same', seq: 1 }, inbound)
    await stage.rest()
    expect(stage.phones.commands).toHaveLength(1)
    expect(await stage.db.query(`select count(*)::int as n from messages where direction = 'inbound'`)).toEqual([
      { n: 1 },
    ])
  })
})
