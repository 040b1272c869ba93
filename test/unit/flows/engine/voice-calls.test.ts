import { createHmac } from 'node:crypto'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { setMode } from '../../../../src/conversations/set-mode.ts'
import { callPlacing } from '../../../../src/flows/calls/place-call.ts'
import type { FlowInput } from '../../../../src/flows/flow.ts'
import { type PhoneSystem, startPhoneSystem } from '../../../doubles/voice/phone-system.ts'
import { asks, flow, leaveStage, openStage, type Stage, says } from './stage.ts'

const secret = 'a-long-shared-secret'
let stage: Stage
let phones: PhoneSystem
let sequence = 0

afterEach(async () => {
  await stage.close()
  await phones.close()
})
afterAll(leaveStage)

async function open(flows: FlowInput[], settings: Record<string, unknown> = {}) {
  sequence = 0
  phones = await startPhoneSystem(secret)
  stage = await openStage({
    flows,
    channels: [
      {
        kind: 'voice',
        name: 'line',
        settings: { driver: 'generic', url: phones.url, secret, country: 'DE', ...settings },
      },
    ],
  })
}

/** An event of the phone system, told to the line's hook; gives its answer. */
async function tell(
  event: string,
  call: string,
  more: Record<string, unknown> = {},
  sides: Record<string, unknown> = {},
) {
  const [row] = await stage.db.query<{ hook_id: string }>(`select hook_id from channels where kind = 'voice'`)
  const now = stage.clock.now()
  sequence += 1
  const body = JSON.stringify({
    id: `e${sequence}`,
    seq: sequence,
    event: `call.${event}`,
    at: now.toISOString(),
    call: { id: call, direction: 'outbound', from: '+4930111111', to: '+4915112345678', ...sides },
    ...more,
  })
  const moment = Math.floor(now.getTime() / 1000)
  const signature = createHmac('sha256', secret).update(`${moment}.${body}`).digest('hex')
  const response = await fetch(`${stage.parley.address}/hooks/${row!.hook_id}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-signature': `t=${moment},v1=${signature}` },
    body,
  })
  expect(response.status).toBe(200)
  return response.text()
}
const inbound = { direction: 'inbound', from: '+4915112345678', to: '+4930111111' }

/** Looks once what became of the calls. */
async function look() {
  await stage.parley.sweep()
  await stage.rest()
}
const rung = () => vi.waitFor(() => expect(phones.placed.size).toBeGreaterThan(0))
const noted = () => stage.db.query('select status, doubtful, result, seconds from placed_calls order by id')
const any = [{ type: 'any_message' as const, to: 'call' }]
const outcomes = ['answered', 'digits', 'busy', 'no_answer', 'failed']

/** A flow that calls, and tells in the chat how it went. */
function calls(options: Record<string, unknown> = {}): FlowInput {
  const voice = { type: 'voice-call', options: { channel: 'line', phone: '+4915112345678', ...options } }
  const used = outcomes.filter((outcome) => outcome !== 'digits' || options.digits)
  const told = Object.fromEntries(
    used.map((outcome) => [
      outcome,
      says(`${outcome} {{ run.call.digits }}{{ run.call.seconds }}{{ run.call.reason }}`),
    ]),
  )
  return flow(
    'Call',
    any,
    { call: voice, ...told },
    used.map((outcome) => `call:${outcome} > ${outcome}`),
  )
}

describe('a run that calls', () => {
  it('waits until the call has ended, and goes on by how it went', async () => {
    await open([calls({ say: { text: 'Your car is ready' }, sipParameters: 'timeout=20' })])
    await stage.say(1, 'call me')
    await rung()
    expect([...phones.placed.values()][0]?.command.call).toMatchObject({
      to: '+4915112345678',
      say: { text: 'Your car is ready' },
      ring_seconds: 20,
      sip_parameters: { timeout: '20' },
    })
    for (const event of ['ringing', 'answered']) await tell(event, 'pbx-1')
    await look()
    expect(await stage.heard(1)).toEqual([])
    await tell('completed', 'pbx-1', { duration: 17 })
    await look()
    expect(await stage.heard(1)).toEqual(['answered 17'])
    expect(await noted()).toEqual([
      { status: 'ended', doubtful: false, result: { outcome: 'answered', seconds: 17 }, seconds: 17 },
    ])
  })

  it('goes on when nobody took the call or it failed, which costs nothing', async () => {
    await open([calls()])
    const ends: [string, Record<string, unknown>, string][] = [
      ['busy', { sip_status: 486, reason: 'Busy Here' }, 'busy 486 Busy Here'],
      ['no_answer', {}, 'no_answer '],
      ['canceled', {}, 'no_answer '],
      ['failed', { sip_status: 503, reason: 'the server is dead' }, 'failed 503 the server is dead'],
    ]
    for (const [index, [event, more]] of ends.entries()) {
      await stage.say(index + 1, 'call me')
      await vi.waitFor(() => expect(phones.placed.size).toBe(index + 1))
      await tell(event, `pbx-${index + 1}`, more)
    }
    await look()
    for (const [index, [, , heard]] of ends.entries()) expect(await stage.heard(index + 1)).toEqual([heard])
    expect(await noted()).toMatchObject(ends.map(() => ({ status: 'ended', seconds: 0 })))
  })

  it('goes on with the digits as soon as all are there, whatever order their posts come in', async () => {
    await open([calls({ digits: { max: 3 } })])
    await stage.say(1, 'call me')
    await rung()
    await tell('dtmf', 'pbx-1', { seq: 7, digit: '3' })
    await tell('answered', 'pbx-1', { seq: 2 })
    await tell('dtmf', 'pbx-1', { seq: 5, digit: '12' })
    await tell('ringing', 'pbx-1', { seq: 1 })
    await look()
    expect(await stage.heard(1)).toEqual(['digits 123'])
    await tell('completed', 'pbx-1', { duration: 4 })
    await look()
    expect(await stage.heard(1)).toEqual(['digits 123'])
  })

  it('takes fewer digits when # or the end of the call comes, and waits a moment for late ones', async () => {
    await open([calls({ digits: { max: 5 } })])
    await stage.say(1, 'call me')
    await rung()
    await tell('dtmf', 'pbx-1', { digit: '12#' })
    await look()
    expect(await stage.heard(1)).toEqual(['digits 12'])
    await stage.say(2, 'call me')
    await vi.waitFor(() => expect(phones.placed.size).toBe(2))
    await tell('completed', 'pbx-2', { duration: 9 })
    await look()
    await tell('dtmf', 'pbx-2', { digit: '7' })
    await look()
    expect(await stage.heard(2)).toEqual(['digits 79'])
    await stage.say(3, 'call me')
    await vi.waitFor(() => expect(phones.placed.size).toBe(3))
    await tell('completed', 'pbx-3', { duration: 9 })
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
    await open([calls({ digits: { max: 1 } }), ask])
    await stage.say(1, 'call me')
    await rung()
    await stage.say(1, 'ask')
    expect(await stage.heard(1)).toEqual(['Size?'])
    await tell('dtmf', 'pbx-1', { digit: '9' })
    await look()
    expect(await stage.heard(1)).toEqual(['Size?', 'digits 9'])
    await stage.say(1, 'large')
    expect(await stage.heard(1)).toEqual(['Size?', 'digits 9', 'Got large'])
  })

  it("puts what happens in the call into a conversation of the run's contact, whatever number was called", async () => {
    await open([calls()])
    await stage.say(1, 'call me')
    await rung()
    await stage.rest()
    await tell('ringing', 'pbx-1')
    await tell('completed', 'pbx-1', { duration: 1 })
    const rows = await stage.db.query<{ contact_id: number; kind: string; parts: { event: string }[] }>(
      `select c.contact_id, c.kind, m.parts from messages m join conversations c on c.id = m.conversation_id
        where c.kind = 'call' order by m.id`,
    )
    expect(rows.map(({ parts }) => parts[0]?.event)).toEqual(['ringing', 'completed'])
    expect(new Set(rows.map((row) => row.contact_id))).toEqual(new Set([await stage.contactId(1)]))
    expect(await stage.db.query('select count(*)::int as n from contacts')).toEqual([{ n: 1 }])
  })

  it('fails when nothing is heard of a call that should have rung by then', async () => {
    await open([calls({ ringSeconds: 20 })])
    await stage.say(1, 'call me')
    await rung()
    await stage.rest()
    await stage.pass('49s')
    expect(await stage.heard(1)).toEqual([])
    await stage.pass('2s')
    expect(await stage.heard(1)).toEqual(['failed Nothing was heard of it after it was placed.'])
    expect(await noted()).toMatchObject([{ status: 'ended', seconds: 0 }])
  })

  it('gives an answered call the time that it may take, and fails when its end is never told', async () => {
    await open([calls({ ringSeconds: 20, maxSeconds: 600 })])
    await stage.say(1, 'call me')
    await rung()
    await tell('answered', 'pbx-1')
    await look()
    await stage.pass('600s')
    expect(await stage.heard(1)).toEqual([])
    await stage.pass('31s')
    expect(await stage.heard(1)).toEqual(['failed Its end was never told.'])
  })

  it('fails at once when the phone system refuses the call, or cannot be reached', async () => {
    await open([calls({ sipServer: 'evil.example.com' })])
    await stage.say(1, 'call me')
    expect(await stage.heard(1)).toEqual([
      expect.stringContaining('failed The SIP server evil.example.com may not be called'),
    ])
    expect(phones.commands).toEqual([])
    expect(await noted()).toMatchObject([{ status: 'ended', doubtful: false }])
    await stage.publish(calls())
    phones.inject('drop_after')
    await stage.say(1, 'again')
    expect((await stage.heard(1))[1]).toMatch(/^failed /)
    expect(await noted()).toMatchObject([{}, { status: 'ended', doubtful: true }])
  })

  it('keeps the result while people have the conversation, and goes on when it is given back', async () => {
    await open([calls()])
    await stage.say(1, 'call me')
    await rung()
    await stage.rest()
    const conversationId = await stage.conversationId(1)
    await stage.run(setMode, { conversationId, mode: 'manual' as const })
    await tell('busy', 'pbx-1')
    await look()
    expect(await stage.heard(1)).toEqual([])
    await stage.run(setMode, { conversationId, mode: 'bot' as const })
    await look()
    expect(await stage.heard(1)).toEqual(['busy '])
  })
})

describe('the limits of the hour', () => {
  it('count calls, over all that place some, and are free again an hour later', async () => {
    await open([calls()], { callsPerHour: 2 })
    for (const person of [1, 2]) await stage.say(person, 'call me')
    await vi.waitFor(() => expect(phones.placed.size).toBe(2))
    await stage.say(3, 'call me')
    expect(await stage.heard(3)).toEqual([
      'failed The channel may place no more than 2 calls an hour; this one is not placed.',
    ])
    expect(phones.placed.size).toBe(2)
    await stage.pass('61m')
    await stage.say(4, 'call me')
    await vi.waitFor(() => expect(phones.placed.size).toBe(3))
  })

  it('count minutes: a call as long as it may take, and once it has ended as long as it took', async () => {
    await open([calls({ maxSeconds: 120 })], { minutesPerHour: 3 })
    await stage.say(1, 'call me')
    await rung()
    await stage.say(2, 'call me')
    expect(await stage.heard(2)).toEqual([expect.stringContaining('no more than 3 minutes of calls an hour')])
    await tell('completed', 'pbx-1', { duration: 60 })
    await look()
    await stage.say(3, 'call me')
    await vi.waitFor(() => expect(phones.placed.size).toBe(2))
  })
})

describe('a process that dies while it places a call', () => {
  const key = '7:1'
  const request = {
    channel: 'line',
    call: { phone: '+4915112345678', sipParameters: {}, record: false, ringSeconds: 30, maxSeconds: 60 },
  }
  const signal = new AbortController().signal

  /** The caller over the stage's database; its phone line does what it is told to. */
  function caller(place: (key: string) => Promise<{ thread: string }>, refusesSecond: boolean) {
    return callPlacing({
      db: stage.db,
      clock: stage.clock,
      channels: {
        capabilities: () => undefined,
        adapter: () => ({ calls: { refusesSecond, placeCall: (_, name) => place(name) } }),
      },
    })
  }
  async function openWithRun() {
    await open([flow('Ask', any, { call: asks('Who?', 'who') })])
    await stage.say(1, 'hi')
    await stage.rest()
    await stage.db.query('update runs set id = 7')
  }

  it('has noted it before, so that it is not placed again, and marked', async () => {
    await openWithRun()
    let asked = 0
    const place = () => {
      asked += 1
      return new Promise<never>(() => {})
    }
    void caller(place, false)(request, signal, key)
    await vi.waitFor(() => expect(asked).toBe(1))
    const repeated = await caller(place, false)(request, signal, key)
    expect(repeated).toMatchObject({
      key,
      result: { outcome: 'failed', reason: expect.stringMatching(/not placed again/) },
    })
    expect(asked).toBe(1)
    expect(await noted()).toMatchObject([{ status: 'ended', doubtful: true }])
  })

  it('lets it be placed again where the phone system refuses a second one by its key', async () => {
    await openWithRun()
    const keys: string[] = []
    void caller(async (name) => {
      keys.push(name)
      return new Promise<never>(() => {})
    }, true)(request, signal, key)
    await vi.waitFor(() => expect(keys).toEqual([key]))
    const again = caller(async (name) => {
      keys.push(name)
      return { thread: 'pbx-9' }
    }, true)
    expect(await again(request, signal, key)).toEqual({ key })
    expect(keys).toEqual([key, key])
    expect(await again(request, signal, key)).toEqual({ key })
    expect(keys).toHaveLength(2)
  })

  it('leaves nothing open: what was never placed has failed after its time', async () => {
    await openWithRun()
    void caller(() => new Promise<never>(() => {}), true)(request, signal, key)
    await vi.waitFor(async () => expect(await noted()).toHaveLength(1))
    await stage.pass('61s')
    expect(await noted()).toMatchObject([{ status: 'ended', doubtful: true, result: { outcome: 'failed' } }])
  })

  it('is told the result even when the word that it was placed has not come yet', async () => {
    await open([calls()])
    await stage.say(1, 'call me')
    await rung()
    await stage.rest()
    // As another process sees it that has not heard the answer: the run still stands where it asked.
    const [run] = await stage.db.query<{ id: number; branches: Record<string, unknown>[] }>(
      'select id, branches from runs',
    )
    const [row] = await stage.db.query<{ key: string }>('select key from placed_calls')
    const branch = {
      ...run!.branches[0],
      id: Number(row!.key.split(':')[1]),
      kind: 'call',
      caller: 'place-call',
      request: '',
      visits: {},
    }
    await stage.db.query('update runs set branches = $1::text::jsonb, due_at = null', [JSON.stringify([branch])])
    await tell('busy', 'pbx-1')
    await look()
    expect(await stage.heard(1)).toEqual(['busy '])
  })
})

describe('a call to us', () => {
  it('makes contact, conversation and messages, and lets a flow talk and hear keys like texts', async () => {
    await open([
      flow(
        'Menu',
        [{ type: 'call', to: 'menu' }],
        { menu: asks('Press 1 for sales', 'choice'), sales: says('You pressed {{ run.choice }}') },
        ['menu > sales'],
      ),
    ])
    const answer = JSON.parse(await tell('incoming', 'in-1', {}, inbound)) as Record<string, unknown>
    expect(answer).toMatchObject({ answer: true, stay: true, digits: { max: 64 } })
    await tell('answered', 'in-1', {}, inbound)
    await vi.waitFor(() =>
      expect(phones.commands).toMatchObject([{ command: 'say', say: { text: 'Press 1 for sales' } }]),
    )
    await tell('dtmf', 'in-1', { digit: '1' }, inbound)
    await vi.waitFor(() =>
      expect(phones.commands[1]).toMatchObject({ command: 'say', call_id: 'in-1', say: { text: 'You pressed 1' } }),
    )
    await tell('completed', 'in-1', { duration: 21 }, inbound)
    await stage.rest()
    expect(
      await stage.db.query(
        `select i.kind, i.value, c.kind as conversation, c.title from conversations c join identities i on i.contact_id = c.contact_id`,
      ),
    ).toEqual([{ kind: 'phone', value: '+4915112345678', conversation: 'call', title: '+4915112345678' }])
    expect(phones.refused).toEqual([])
  })

  it('hears speech where the line listens for it', async () => {
    await open(
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
    await tell('incoming', 'in-1', {}, inbound)
    await tell('speech', 'in-1', { transcript: 'Anna' }, inbound)
    await vi.waitFor(() => expect(phones.commands.at(-1)).toMatchObject({ say: { text: 'Hello Anna' } }))
  })

  it('that nobody took begins a flow that writes where the contact wrote last', async () => {
    await open([
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
    await tell('incoming', 'in-1', {}, inbound)
    await tell('canceled', 'in-1', { hangup_by: 'caller' }, inbound)
    expect(await stage.heard(1)).toEqual(['You called us: +4915112345678'])
    expect(phones.commands).toEqual([])
  })

  it('begins only what waits for that step in that direction', async () => {
    const says1 = (name: string, trigger: Record<string, unknown>) =>
      flow(name, [{ type: 'call', to: 'say', ...trigger } as never], { say: says(name) })
    await open([
      says1('no answer', { events: ['no_answer'], direction: 'outbound' }),
      says1('recorded', { events: ['recording'], direction: 'any' }),
      says1('other line', { events: ['incoming'], channels: ['bot'] }),
    ])
    await tell('incoming', 'in-1', {}, inbound)
    await tell('no_answer', 'in-1', {}, inbound)
    await stage.rest()
    const started = () => stage.db.query('select f.name from runs r join flows f on f.id = r.flow_id order by r.id')
    expect(await started()).toEqual([])
    await tell('no_answer', 'out-1')
    await tell('recording', 'out-1', { recording_url: 'https://pbx.example.com/1.wav' })
    await stage.rest()
    expect(await started()).toEqual([{ name: 'no answer' }, { name: 'recorded' }])
  })

  it('that is told twice changes nothing', async () => {
    await open([flow('Menu', [{ type: 'call', to: 'hi' }], { hi: says('Hello') })])
    await tell('incoming', 'in-1', { id: 'same', seq: 1 }, inbound)
    await tell('incoming', 'in-1', { id: 'same', seq: 1 }, inbound)
    await stage.rest()
    expect(phones.commands).toHaveLength(1)
    expect(await stage.db.query(`select count(*)::int as n from messages where direction = 'inbound'`)).toEqual([
      { n: 1 },
    ])
  })
})
