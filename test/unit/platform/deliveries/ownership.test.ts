import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { reclaimSending } from '../../../../src/platform/deliveries/deliveries.store.ts'
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
  it('takes over what a dead process had begun, and marks it as doubtful', async () => {
    await dispatching.store([draft(1, { status: 'sending' }), draft(2)], 'dead')
    expect(await fresh.db.transaction((tx) => reclaimSending(tx, ['q'], 'me'))).toBe(1)
    const me = dispatching.process('me')
    me.answers = () => {}
    me.dispatcher.own('q')
    await vi.waitFor(() => expect(me.begun).toEqual([1, 2]))
    await vi.waitFor(async () =>
      expect(await dispatching.states()).toEqual([
        { id: 1, status: 'sent', attempts: 2, doubtful: true },
        { id: 2, status: 'sent', attempts: 1, doubtful: false },
      ]),
    )
  })

  it('finds what it had begun in a commit of which it never heard, and sends it', async () => {
    await dispatching.store([draft(1, { status: 'sending' })], 'me')
    const me = dispatching.process('me')
    me.answers = () => {}
    me.dispatcher.own('q')
    await vi.waitFor(async () => expect(await dispatching.statusOf(1)).toBe('sent'))
    expect(me.begun).toEqual([1])
  })

  it('does not send again what was sent while the queue was being read', async () => {
    await dispatching.store([draft(1)])
    const me = dispatching.process('me')
    me.dispatcher.own('q')
    await vi.waitFor(() => expect(me.begun).toEqual([1]))
    let goOn: (() => void) | undefined
    me.afterRead = () =>
      new Promise((resolve) => {
        goOn = resolve
      })
    me.dispatcher.wake('q')
    await vi.waitFor(() => expect(goOn).toBeDefined())
    await me.end(1)
    await vi.waitFor(async () => expect(await dispatching.statusOf(1)).toBe('sent'))
    await vi.waitFor(() => expect(me.dispatcher.tryStart(draft(0), [])).toBe(true))
    me.dispatcher.dropped([draft(0, { status: 'sending' })])
    me.afterRead = async () => {}
    goOn?.()
    await dispatching.store([draft(2)])
    me.dispatcher.wake('q')
    await me.end(2)
    await vi.waitFor(async () => expect(await dispatching.statusOf(2)).toBe('sent'))
    expect(me.begun).toEqual([1, 2])
  })

  it('begins nothing more of a queue that another process took, and writes nothing over its work', async () => {
    await dispatching.store([draft(1), draft(2), draft(3, { lane: 'other' })])
    const me = dispatching.process('me')
    me.dispatcher.own('q')
    await vi.waitFor(() => expect(me.begun).toEqual([1, 3]))
    me.dispatcher.disown('q')
    const other = dispatching.process('other')
    other.answers = () => {}
    await fresh.db.transaction((tx) => reclaimSending(tx, ['q'], 'other'))
    other.dispatcher.own('q')
    await vi.waitFor(() => expect(other.begun.toSorted()).toEqual([1, 2, 3]))
    await vi.waitFor(async () => expect(await dispatching.statusOf(3)).toBe('sent'))
    await me.end(1, new AppError('unavailable', 'no answer'))
    await me.end(3)
    await vi.waitFor(() => expect(me.dispatcher.hasNotes).toBe(false))
    dispatching.clock.advance(60_000)
    me.dispatcher.tick()
    await vi.waitFor(async () => expect(await dispatching.statusOf(2)).toBe('sent'))
    expect(await dispatching.statusOf(1)).toBe('sent')
    expect(me.begun).toEqual([1, 3])
  })
})
