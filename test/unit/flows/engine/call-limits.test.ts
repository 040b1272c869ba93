import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { callPlacing } from '../../../../src/flows/calls/place-call.ts'
import { calls, openPhoneStage, type PhoneStage } from './phone-stage.ts'
import { asks, flow, leaveStage } from './stage.ts'

let stage: PhoneStage
afterEach(() => stage.close())
afterAll(leaveStage)

describe('the limits of the hour', () => {
  it('count calls, over all that place some, and are free again an hour later', async () => {
    stage = await openPhoneStage([calls()], { callsPerHour: 2 })
    for (const person of [1, 2]) await stage.say(person, 'call me')
    await stage.rung(2)
    await stage.say(3, 'call me')
    expect(await stage.heard(3)).toEqual([
      'failed The channel may place no more than 2 calls an hour; this one is not placed.',
    ])
    expect(stage.phones.placed.size).toBe(2)
    await stage.pass('61m')
    await stage.say(4, 'call me')
    await stage.rung(3)
  })

  it('count minutes: a call as long as it may take, and once it has ended as long as it took', async () => {
    stage = await openPhoneStage([calls({ maxSeconds: 120 })], { minutesPerHour: 3 })
    await stage.say(1, 'call me')
    await stage.rung()
    await stage.say(2, 'call me')
    expect(await stage.heard(2)).toEqual([expect.stringContaining('no more than 3 minutes of calls an hour')])
    await stage.tell('completed', 'pbx-1', { duration: 60 })
    await stage.look()
    await stage.say(3, 'call me')
    await stage.rung(2)
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
    stage = await openPhoneStage([flow('Ask', [{ type: 'any_message', to: 'call' }], { call: asks('Who?', 'who') })])
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
    expect(await stage.noted()).toMatchObject([{ status: 'ended', doubtful: true }])
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
    await vi.waitFor(async () => expect(await stage.noted()).toHaveLength(1))
    await stage.pass('61s')
    expect(await stage.noted()).toMatchObject([{ status: 'ended', doubtful: true, result: { outcome: 'failed' } }])
  })

  it('is told the result even when the word that it was placed has not come yet', async () => {
    stage = await openPhoneStage([calls()])
    await stage.say(1, 'call me')
    await stage.rung()
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
    await stage.tell('busy', 'pbx-1')
    await stage.look()
    expect(await stage.heard(1)).toEqual(['busy '])
  })
})
