import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '../../../../src/platform/errors.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { type Dispatching, draft, openDispatching } from './dispatching.ts'

let fresh: FreshDatabase
let dispatching: Dispatching
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  dispatching = openDispatching(fresh.db)
})
afterEach(() => dispatching.stop())
afterAll(() => fresh.drop())

describe('the dispatcher', () => {
  it('sends a lane in order, one after the other, and lanes beside one another', async () => {
    await dispatching.store([draft(1), draft(2), draft(3, { lane: 'other' })])
    const me = dispatching.process('me')
    me.dispatcher.own('q')
    await vi.waitFor(() => expect(me.begun).toEqual([1, 3]))
    await me.end(1)
    await vi.waitFor(() => expect(me.begun).toEqual([1, 3, 2]))
    expect(await dispatching.statusOf(2)).toBe('sending')
  })

  it('tries again with growing waits, then gives up, and goes on with the lane', async () => {
    await dispatching.store([draft(1), draft(2)])
    const me = dispatching.process('me')
    me.dispatcher.own('q')
    for (const wait of [1200, 2400]) {
      await me.end(1, new AppError('unavailable', 'no answer'))
      await vi.waitFor(async () => expect(await dispatching.statusOf(1)).toBe('pending'))
      me.dispatcher.tick()
      expect(me.open.size).toBe(0)
      dispatching.clock.advance(wait)
      me.dispatcher.tick()
    }
    await me.end(1, new AppError('unavailable', 'no answer'))
    await vi.waitFor(() => expect(me.begun).toEqual([1, 1, 1, 2]))
    expect(await fresh.db.query('select error from deliveries where id = 1')).toEqual([
      { error: 'no answer (given up after 3 attempts)' },
    ])
    expect(await fresh.db.query('select number, outcome from delivery_attempts order by number')).toEqual([
      { number: 1, outcome: 'retry' },
      { number: 2, outcome: 'retry' },
      { number: 3, outcome: 'dead' },
    ])
  })

  it('gives up at once what can never succeed', async () => {
    await dispatching.store([draft(1)])
    const me = dispatching.process('me')
    me.dispatcher.own('q')
    await me.end(1, new AppError('invalid', 'bad address'))
    await vi.waitFor(async () => expect(await dispatching.statusOf(1)).toBe('dead'))
  })

  it('comes back when the vendor says so, however often, without holding that against the delivery', async () => {
    await dispatching.store([draft(1)])
    const me = dispatching.process('me')
    me.dispatcher.own('q')
    for (let round = 0; round < 5; round++) {
      await me.end(1, new AppError('rate_limited', 'slow down', { retryable: true, retryAfterMs: 7000 }))
      await vi.waitFor(async () => expect(await dispatching.statusOf(1)).toBe('pending'))
      dispatching.clock.advance(6999)
      me.dispatcher.tick()
      expect(me.open.size).toBe(0)
      dispatching.clock.advance(1)
      me.dispatcher.tick()
    }
    await me.end(1, new AppError('unavailable', 'no answer'))
    await vi.waitFor(async () => expect(await dispatching.statusOf(1)).toBe('pending'))
    dispatching.clock.advance(1200)
    me.dispatcher.tick()
    await me.end(1)
    await vi.waitFor(async () => expect(await dispatching.statusOf(1)).toBe('sent'))
  })

  it('sends in order also what memory did not hold at once', async () => {
    const many = Array.from({ length: 6000 }, (_, index) => draft(index + 1, { lane: `lane ${index % 50}` }))
    await dispatching.store(many)
    const me = dispatching.process('me')
    me.answers = () => {}
    me.dispatcher.own('q')
    await vi.waitFor(() => expect(me.begun).toHaveLength(6000), { timeout: 15_000 })
    for (let lane = 0; lane < 50; lane++) {
      const sent = me.begun.filter((id) => (id - 1) % 50 === lane)
      expect(sent).toEqual(sent.toSorted((one, other) => one - other))
    }
    expect(new Set(me.begun).size).toBe(6000)
  })

  it('lets a new delivery begin with its commit only behind all that is open in its lane', async () => {
    const me = dispatching.process('me')
    me.dispatcher.own('q')
    expect(me.dispatcher.tryStart(draft(2), [1])).toBe(false)
    const mine = draft(2)
    expect(me.dispatcher.tryStart(mine, [])).toBe(true)
    expect(me.dispatcher.tryStart(draft(3), [])).toBe(false)
    me.dispatcher.dropped([{ ...mine, status: 'sending' }])
    expect(me.dispatcher.tryStart(draft(4), [])).toBe(true)
    me.dispatcher.dropped([draft(4, { status: 'sending' })])
  })
})
