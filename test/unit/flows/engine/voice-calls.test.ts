import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { setMode } from '../../../../src/conversations/set-mode.ts'
import { calls, openPhoneStage, type PhoneStage } from './phone-stage.ts'
import { asks, flow, leaveStage, says } from './stage.ts'

let stage: PhoneStage
afterEach(() => stage.close())
afterAll(leaveStage)

describe('a run that calls', () => {
  it('waits until the call has ended, and goes on by how it went', async () => {
    stage = await openPhoneStage([calls({ say: { text: 'Your car is ready' }, sipParameters: 'timeout=20' })])
    await stage.say(1, 'call me')
    await stage.rung()
    expect([...stage.phones.placed.values()][0]?.command.call).toMatchObject({
      to: '+4915112345678',
      say: { text: 'Your car is ready' },
      ring_seconds: 20,
      sip_parameters: { timeout: '20' },
    })
    for (const event of ['ringing', 'answered']) await stage.tell(event, 'pbx-1')
    await stage.look()
    expect(await stage.heard(1)).toEqual([])
    await stage.tell('completed', 'pbx-1', { duration: 17 })
    await stage.look()
    expect(await stage.heard(1)).toEqual(['answered 17'])
    expect(await stage.noted()).toEqual([
      { status: 'ended', doubtful: false, result: { outcome: 'answered', seconds: 17 }, seconds: 17 },
    ])
  })

  it('goes on when nobody took the call or it failed, which costs nothing', async () => {
    stage = await openPhoneStage([calls()])
    const ends: [string, Record<string, unknown>, string][] = [
      ['busy', { sip_status: 486, reason: 'Busy Here' }, 'busy 486 Busy Here'],
      ['no_answer', {}, 'no_answer '],
      ['canceled', {}, 'no_answer '],
      ['failed', { sip_status: 503, reason: 'the server is dead' }, 'failed 503 the server is dead'],
    ]
    for (const [index, [event, more]] of ends.entries()) {
      await stage.say(index + 1, 'call me')
      await stage.rung(index + 1)
      await stage.tell(event, `pbx-${index + 1}`, more)
    }
    await stage.look()
    for (const [index, [, , heard]] of ends.entries()) expect(await stage.heard(index + 1)).toEqual([heard])
    expect(await stage.noted()).toMatchObject(ends.map(() => ({ status: 'ended', seconds: 0 })))
  })

  it('goes on with the digits as soon as all are there, whatever order their posts come in', async () => {
    stage = await openPhoneStage([calls({ digits: { max: 3 } })])
    await stage.say(1, 'call me')
    await stage.rung()
    await stage.tell('dtmf', 'pbx-1', { seq: 7, digit: '3' })
    await stage.tell('answered', 'pbx-1', { seq: 2 })
    await stage.tell('dtmf', 'pbx-1', { seq: 5, digit: '12' })
    await stage.tell('ringing', 'pbx-1', { seq: 1 })
    await stage.look()
    expect(await stage.heard(1)).toEqual(['digits 123'])
    await stage.tell('completed', 'pbx-1', { duration: 4 })
    await stage.look()
    expect(await stage.heard(1)).toEqual(['digits 123'])
  })

  it('takes fewer digits when # or the end of the call comes, and waits a moment for late ones', async () => {
    stage = await openPhoneStage([calls({ digits: { max: 5 } })])
    await stage.say(1, 'call me')
    await stage.rung()
    await stage.tell('dtmf', 'pbx-1', { digit: '12#' })
    await stage.look()
    expect(await stage.heard(1)).toEqual(['digits 12'])
    await stage.say(2, 'call me')
    await stage.rung(2)
    await stage.tell('completed', 'pbx-2', { duration: 9 })
    await stage.look()
    await stage.tell('dtmf', 'pbx-2', { digit: '7' })
    await stage.look()
    expect(await stage.heard(2)).toEqual(['digits 79'])
    await stage.say(3, 'call me')
    await stage.rung(3)
    await stage.tell('completed', 'pbx-3', { duration: 9 })
    await stage.pass('3s')
    expect(await stage.heard(3)).toEqual(['answered 9'])
  })

  it('lets the digits of its call answer no question elsewhere', async () => {
    const ask = flow(
      'Ask',
      [{ type: 'keyword', words: ['ask'], to: 'q' }],
      { q: asks('Size?', 'size'), e: says('Got {{ run.size }}') },
      ['q > e'],
    )
    stage = await openPhoneStage([calls({ digits: { max: 1 } }), ask])
    await stage.say(1, 'call me')
    await stage.rung()
    await stage.say(1, 'ask')
    expect(await stage.heard(1)).toEqual(['Size?'])
    await stage.tell('dtmf', 'pbx-1', { digit: '9' })
    await stage.look()
    expect(await stage.heard(1)).toEqual(['Size?', 'digits 9'])
    await stage.say(1, 'large')
    expect(await stage.heard(1)).toEqual(['Size?', 'digits 9', 'Got large'])
  })

  it("puts what happens in the call into a conversation of the run's contact, whatever number was called", async () => {
    stage = await openPhoneStage([calls()])
    await stage.say(1, 'call me')
    await stage.rung()
    await stage.rest()
    await stage.tell('ringing', 'pbx-1')
    await stage.tell('completed', 'pbx-1', { duration: 1 })
    const rows = await stage.db.query<{ contact_id: number; kind: string; parts: { event: string }[] }>(
      `select c.contact_id, c.kind, m.parts from messages m join conversations c on c.id = m.conversation_id
        where c.kind = 'call' order by m.id`,
    )
    expect(rows.map(({ parts }) => parts[0]?.event)).toEqual(['ringing', 'completed'])
    expect(new Set(rows.map((row) => row.contact_id))).toEqual(new Set([await stage.contactId(1)]))
    expect(await stage.db.query('select count(*)::int as n from contacts')).toEqual([{ n: 1 }])
  })

  it('fails when nothing is heard of a call that should have rung by then', async () => {
    stage = await openPhoneStage([calls({ ringSeconds: 20 })])
    await stage.say(1, 'call me')
    await stage.rung()
    await stage.rest()
    await stage.pass('49s')
    expect(await stage.heard(1)).toEqual([])
    await stage.pass('2s')
    expect(await stage.heard(1)).toEqual(['failed Nothing was heard of it after it was placed.'])
    expect(await stage.noted()).toMatchObject([{ status: 'ended', seconds: 0 }])
  })

  it('gives an answered call the time that it may take, and fails when its end is never told', async () => {
    stage = await openPhoneStage([calls({ ringSeconds: 20, maxSeconds: 600 })])
    await stage.say(1, 'call me')
    await stage.rung()
    await stage.tell('answered', 'pbx-1')
    await stage.look()
    await stage.pass('600s')
    expect(await stage.heard(1)).toEqual([])
    await stage.pass('31s')
    expect(await stage.heard(1)).toEqual(['failed Its end was never told.'])
  })

  it('fails at once when the phone system refuses the call, or cannot be reached', async () => {
    stage = await openPhoneStage([calls({ sipServer: 'evil.example.com' })])
    await stage.say(1, 'call me')
    expect(await stage.heard(1)).toEqual([
      expect.stringContaining('failed The SIP server evil.example.com may not be called'),
    ])
    expect(stage.phones.commands).toEqual([])
    expect(await stage.noted()).toMatchObject([{ status: 'ended', doubtful: false }])
    await stage.publish(calls())
    stage.phones.inject('drop_after')
    await stage.say(1, 'again')
    expect((await stage.heard(1))[1]).toMatch(/^failed /)
    expect(await stage.noted()).toMatchObject([{}, { status: 'ended', doubtful: true }])
  })

  it('keeps the result while people have the conversation, and goes on when it is given back', async () => {
    stage = await openPhoneStage([calls()])
    await stage.say(1, 'call me')
    await stage.rung()
    await stage.rest()
    const conversationId = await stage.conversationId(1)
    await stage.run(setMode, { conversationId, mode: 'manual' as const })
    await stage.tell('busy', 'pbx-1')
    await stage.look()
    expect(await stage.heard(1)).toEqual([])
    await stage.run(setMode, { conversationId, mode: 'bot' as const })
    await stage.look()
    expect(await stage.heard(1)).toEqual(['busy '])
  })
})
