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
  it('keeps the pace of a queue and of each lane', async () => {
    await dispatching.store(Array.from({ length: 8 }, (_, index) => draft(index + 1, { lane: `lane ${index % 4}` })))
    const me = dispatching.process('me', { pacing: () => ({ perSecond: 3, perLanePerSecond: 1 }) })
    me.answers = () => {}
    me.dispatcher.own('q')
    await vi.waitFor(() => expect(me.begun).toEqual([1, 2, 3]))
    dispatching.clock.advance(1000)
    me.dispatcher.tick()
    await vi.waitFor(() => expect(me.begun).toHaveLength(6))
    for (let second = 0; second < 3; second++) {
      dispatching.clock.advance(1000)
      me.dispatcher.tick()
      await vi.waitFor(() => expect(me.dispatcher.hasNotes).toBe(false))
    }
    await vi.waitFor(() => expect(me.begun.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]))
  })

  it('counts nothing for the pace whose transaction failed', async () => {
    const me = dispatching.process('me', { pacing: () => ({ perSecond: 1, perLanePerSecond: 1 }) })
    me.dispatcher.own('q')
    await vi.waitFor(() => expect(me.dispatcher.isIdle('q')).toBe(true))
    const lost = draft(1, {})
    expect(me.dispatcher.tryStart(lost, [])).toBe(true)
    me.dispatcher.dropped([{ ...lost, status: 'sending' }])
    expect(me.dispatcher.tryStart(draft(2, {}), [])).toBe(true)
    expect(me.dispatcher.tryStart(draft(3, { lane: 'another' }), [])).toBe(false)
  })

  it('has never more sends in flight than allowed', async () => {
    await dispatching.store(Array.from({ length: 20 }, (_, index) => draft(index + 1, { lane: `lane ${index}` })))
    const me = dispatching.process('me', { sendsInFlight: 4 })
    me.dispatcher.own('q')
    for (let id = 1; id <= 20; id++) await me.end(id)
    await vi.waitFor(async () =>
      expect(new Set((await dispatching.states()).map((row) => (row as { status: string }).status))).toEqual(
        new Set(['sent']),
      ),
    )
    expect(me.mostAtOnce).toBe(4)
  })

  it('lets a kind with places of its own take none from others, and a queue of it no more than its share', async () => {
    const many = (from: number, queue: string, kind: string) =>
      Array.from({ length: 6 }, (_, index) => draft(from + index, { queue, kind, lane: `${queue} ${index}` }))
    await dispatching.store([
      ...many(1, 'slow', 'test'),
      ...many(11, 'slower', 'test'),
      ...many(21, 'channel', 'message'),
    ])
    const me = dispatching.process('me', { sendsInFlight: 2, places: { total: 5, perQueue: 3 } })
    for (const queue of ['slow', 'slower', 'channel']) me.dispatcher.own(queue)
    await vi.waitFor(() => expect(me.begun).toHaveLength(7))
    const begun = (from: number) => me.begun.filter((id) => id >= from && id < from + 10).length
    expect([begun(1), begun(11), begun(21)].toSorted()).toEqual([2, 2, 3])
    expect(begun(21)).toBe(2)
    for (let id = 21; id < 27; id++) await me.end(id)
    expect(begun(1) + begun(11)).toBe(5)
  })

  it('gives a receiver that fails one place, and all that waits for it its turn when it is back after an outage', async () => {
    await dispatching.store(Array.from({ length: 5 }, (_, index) => draft(index + 1, { lane: `lane ${index}` })))
    const me = dispatching.process('me', { places: { total: 9, perQueue: 3 }, retryDelaysMs: [3_600_000] })
    me.dispatcher.own('q')
    await vi.waitFor(() => expect(me.begun).toEqual([1, 2, 3]))
    for (const id of [1, 2, 3]) await me.end(id, new AppError('unavailable', 'no answer'))
    await vi.waitFor(() => expect(me.begun).toEqual([1, 2, 3, 4]))
    dispatching.clock.advance(60_000)
    await me.end(4)
    for (const id of [5, 1, 2, 3]) await me.end(id)
    expect(me.begun.toSorted()).toEqual([1, 1, 2, 2, 3, 3, 4, 5])
  })

  it('keeps what fails by itself to its own waits while its receiver takes the rest', async () => {
    await dispatching.store(Array.from({ length: 3 }, (_, index) => draft(index + 1, { lane: `lane ${index}` })))
    const me = dispatching.process('me', { places: { total: 9, perQueue: 1 }, retryDelaysMs: [3_600_000] })
    me.dispatcher.own('q')
    await me.end(1, new AppError('unavailable', 'I cannot take that'))
    dispatching.clock.advance(5000)
    for (const id of [2, 3]) await me.end(id)
    await vi.waitFor(async () => expect(await dispatching.statusOf(3)).toBe('sent'))
    me.dispatcher.tick()
    expect(me.begun).toEqual([1, 2, 3])
    dispatching.clock.advance(4_400_000)
    me.dispatcher.tick()
    await me.end(1)
    await vi.waitFor(async () => expect(await dispatching.statusOf(1)).toBe('sent'))
  })
})
