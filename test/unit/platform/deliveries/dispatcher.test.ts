import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { VirtualClock } from '../../../../src/platform/clock.ts'
import { runTogether } from '../../../../src/platform/database/statement.ts'
import {
  insertAttempts,
  insertDeliveries,
  noteResults,
  noteStarts,
  readPending,
  reclaimSending,
} from '../../../../src/platform/deliveries/deliveries.store.ts'
import type { Delivery, DeliveryDraft, DeliverySender } from '../../../../src/platform/deliveries/delivery.ts'
import { Dispatcher } from '../../../../src/platform/deliveries/dispatcher.ts'
import { AppError } from '../../../../src/platform/errors.ts'
import { createLog } from '../../../../src/platform/log.ts'
import { createMicroBatch } from '../../../../src/platform/micro-batch.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'

const start = new Date('2026-11-02T09:00:00Z')
let fresh: FreshDatabase
let clock: VirtualClock
const processes: Process[] = []
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  clock = new VirtualClock(start)
})
afterEach(async () => {
  for (const process of processes.splice(0)) await process.stop()
})
afterAll(() => fresh.drop())

/** A dispatcher with the database behind it, as the message path notes for it. */
class Process {
  readonly dispatcher: Dispatcher
  /** Numbers of what was sent, in order, as each attempt began. */
  readonly begun: number[] = []
  /** Attempts that wait to be ended by {@link Process.end}. */
  readonly open = new Map<number, { resolve(): void; reject(error: unknown): void }>()
  mostAtOnce = 0
  /** Ends attempts at once; otherwise they stay open. */
  answers: ((delivery: Delivery) => void) | undefined
  afterRead: () => Promise<void> = async () => {}
  readonly name: string
  readonly #notes = createMicroBatch<'notes'>(100, async () => {
    const notes = this.dispatcher.takeNotes()
    await fresh.db.transaction((tx) =>
      runTogether(tx, [
        noteStarts(notes.starts, this.name),
        noteResults(notes.results, clock.now(), this.name),
        insertAttempts(notes.results),
      ]),
    )
    this.dispatcher.noted(notes)
  })

  constructor(name: string, options: Partial<DeliverySender> & { sendsInFlight?: number } = {}) {
    this.name = name
    const { sendsInFlight = 32, ...sender } = options
    const usual: DeliverySender = {
      kind: 'test',
      retryDelaysMs: [1000, 2000],
      recordsSuccess: false,
      pacing: () => ({ perSecond: Number.POSITIVE_INFINITY, perLanePerSecond: Number.POSITIVE_INFINITY }),
      send: (delivery) => this.#send(delivery),
    }
    this.dispatcher = new Dispatcher({
      clock,
      log: createLog('silent'),
      sendsInFlight,
      sendTimeoutMs: 30_000,
      senders: [
        { ...usual, ...sender },
        { ...usual, kind: 'message' },
      ],
      readPending: async (queue, after, limit) => {
        const rows = await readPending(fresh.db, queue, after, limit, name)
        await this.afterRead()
        return rows
      },
      onNotes: () => this.#notes.add('notes'),
    })
    processes.push(this)
  }

  async end(id: number, error?: unknown): Promise<void> {
    await vi.waitFor(() => expect([...this.open.keys()]).toContain(id))
    const attempt = this.open.get(id)!
    this.open.delete(id)
    if (error === undefined) attempt.resolve()
    else attempt.reject(error)
  }

  async stop(): Promise<void> {
    this.answers = () => {}
    for (const { resolve } of this.open.values()) resolve()
    await this.dispatcher.stop(5000)
  }

  #send(delivery: Delivery): Promise<Record<string, unknown>> {
    this.begun.push(delivery.id)
    if (this.answers) {
      this.answers(delivery)
      return Promise.resolve({})
    }
    return new Promise((resolve, reject) => {
      this.open.set(delivery.id, { resolve: () => resolve({}), reject })
      this.mostAtOnce = Math.max(this.mostAtOnce, this.open.size)
    })
  }
}

const draft = (id: number, more: Partial<DeliveryDraft> = {}): DeliveryDraft => ({
  id,
  projectId: 1,
  queue: 'q',
  lane: 'lane',
  kind: 'test',
  subjectId: id,
  payload: {},
  attempts: 0,
  dueAt: start,
  doubtful: false,
  status: 'pending',
  ...more,
})
const store = (drafts: DeliveryDraft[], process = 'me') =>
  fresh.db.transaction((tx) => runTogether(tx, [insertDeliveries(drafts, process, start)]))
const states = () => fresh.db.query('select id, status, attempts, doubtful from deliveries order by id')
const statusOf = async (id: number) =>
  (await fresh.db.query<{ status: string }>('select status from deliveries where id = $1', [id]))[0]!.status

describe('the dispatcher', () => {
  it('sends a lane in order, one after the other, and lanes beside one another', async () => {
    await store([draft(1), draft(2), draft(3, { lane: 'other' })])
    const me = new Process('me')
    me.dispatcher.own('q')
    await vi.waitFor(() => expect(me.begun).toEqual([1, 3]))
    await me.end(1)
    await vi.waitFor(() => expect(me.begun).toEqual([1, 3, 2]))
    expect(await statusOf(2)).toBe('sending')
  })

  it('tries again with growing waits, then gives up, and goes on with the lane', async () => {
    await store([draft(1), draft(2)])
    const me = new Process('me')
    me.dispatcher.own('q')
    for (const wait of [1200, 2400]) {
      await me.end(1, new AppError('unavailable', 'no answer'))
      await vi.waitFor(async () => expect(await statusOf(1)).toBe('pending'))
      me.dispatcher.tick()
      expect(me.open.size).toBe(0)
      clock.advance(wait)
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
    await store([draft(1)])
    const me = new Process('me')
    me.dispatcher.own('q')
    await me.end(1, new AppError('invalid', 'bad address'))
    await vi.waitFor(async () => expect(await statusOf(1)).toBe('dead'))
  })

  it('comes back when the vendor says so, however often, without holding that against the delivery', async () => {
    await store([draft(1)])
    const me = new Process('me')
    me.dispatcher.own('q')
    for (let round = 0; round < 5; round++) {
      await me.end(1, new AppError('rate_limited', 'slow down', { retryable: true, retryAfterMs: 7000 }))
      await vi.waitFor(async () => expect(await statusOf(1)).toBe('pending'))
      clock.advance(6999)
      me.dispatcher.tick()
      expect(me.open.size).toBe(0)
      clock.advance(1)
      me.dispatcher.tick()
    }
    await me.end(1, new AppError('unavailable', 'no answer'))
    await vi.waitFor(async () => expect(await statusOf(1)).toBe('pending'))
    clock.advance(1200)
    me.dispatcher.tick()
    await me.end(1)
    await vi.waitFor(async () => expect(await statusOf(1)).toBe('sent'))
  })

  it('keeps the pace of a queue and of each lane', async () => {
    await store(Array.from({ length: 8 }, (_, index) => draft(index + 1, { lane: `lane ${index % 4}` })))
    const me = new Process('me', { pacing: () => ({ perSecond: 3, perLanePerSecond: 1 }) })
    me.answers = () => {}
    me.dispatcher.own('q')
    await vi.waitFor(() => expect(me.begun).toEqual([1, 2, 3]))
    clock.advance(1000)
    me.dispatcher.tick()
    await vi.waitFor(() => expect(me.begun).toHaveLength(6))
    for (let second = 0; second < 3; second++) {
      clock.advance(1000)
      me.dispatcher.tick()
      await vi.waitFor(() => expect(me.dispatcher.hasNotes).toBe(false))
    }
    await vi.waitFor(() => expect(me.begun.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]))
  })

  it('has never more sends in flight than allowed', async () => {
    await store(Array.from({ length: 20 }, (_, index) => draft(index + 1, { lane: `lane ${index}` })))
    const me = new Process('me', { sendsInFlight: 4 })
    me.dispatcher.own('q')
    for (let id = 1; id <= 20; id++) await me.end(id)
    await vi.waitFor(async () =>
      expect(new Set((await states()).map((row) => (row as { status: string }).status))).toEqual(new Set(['sent'])),
    )
    expect(me.mostAtOnce).toBe(4)
  })

  it('lets a kind with places of its own take none from others, and a queue of it no more than its share', async () => {
    const many = (from: number, queue: string, kind: string) =>
      Array.from({ length: 6 }, (_, index) => draft(from + index, { queue, kind, lane: `${queue} ${index}` }))
    await store([...many(1, 'slow', 'test'), ...many(11, 'slower', 'test'), ...many(21, 'channel', 'message')])
    const me = new Process('me', { sendsInFlight: 2, places: { total: 5, perQueue: 3 } })
    for (const queue of ['slow', 'slower', 'channel']) me.dispatcher.own(queue)
    await vi.waitFor(() => expect(me.begun).toHaveLength(7))
    const begun = (from: number) => me.begun.filter((id) => id >= from && id < from + 10).length
    expect([begun(1), begun(11), begun(21)].toSorted()).toEqual([2, 2, 3])
    expect(begun(21)).toBe(2)
    for (let id = 21; id < 27; id++) await me.end(id)
    expect(begun(1) + begun(11)).toBe(5)
  })

  it('gives a receiver that fails one place, and all that waits for it its turn when it is back after an outage', async () => {
    await store(Array.from({ length: 5 }, (_, index) => draft(index + 1, { lane: `lane ${index}` })))
    const me = new Process('me', { places: { total: 9, perQueue: 3 }, retryDelaysMs: [3_600_000] })
    me.dispatcher.own('q')
    await vi.waitFor(() => expect(me.begun).toEqual([1, 2, 3]))
    for (const id of [1, 2, 3]) await me.end(id, new AppError('unavailable', 'no answer'))
    await vi.waitFor(() => expect(me.begun).toEqual([1, 2, 3, 4]))
    clock.advance(60_000)
    await me.end(4)
    for (const id of [5, 1, 2, 3]) await me.end(id)
    expect(me.begun.toSorted()).toEqual([1, 1, 2, 2, 3, 3, 4, 5])
  })

  it('keeps what fails by itself to its own waits while its receiver takes the rest', async () => {
    await store(Array.from({ length: 3 }, (_, index) => draft(index + 1, { lane: `lane ${index}` })))
    const me = new Process('me', { places: { total: 9, perQueue: 1 }, retryDelaysMs: [3_600_000] })
    me.dispatcher.own('q')
    await me.end(1, new AppError('unavailable', 'I cannot take that'))
    clock.advance(5000)
    for (const id of [2, 3]) await me.end(id)
    await vi.waitFor(async () => expect(await statusOf(3)).toBe('sent'))
    me.dispatcher.tick()
    expect(me.begun).toEqual([1, 2, 3])
    clock.advance(4_400_000)
    me.dispatcher.tick()
    await me.end(1)
    await vi.waitFor(async () => expect(await statusOf(1)).toBe('sent'))
  })

  it('takes over what a dead process had begun, and marks it as doubtful', async () => {
    await store([draft(1, { status: 'sending' }), draft(2)], 'dead')
    expect(await fresh.db.transaction((tx) => reclaimSending(tx, ['q'], 'me'))).toBe(1)
    const me = new Process('me')
    me.answers = () => {}
    me.dispatcher.own('q')
    await vi.waitFor(() => expect(me.begun).toEqual([1, 2]))
    await vi.waitFor(async () =>
      expect(await states()).toEqual([
        { id: 1, status: 'sent', attempts: 2, doubtful: true },
        { id: 2, status: 'sent', attempts: 1, doubtful: false },
      ]),
    )
  })

  it('finds what it had begun in a commit of which it never heard, and sends it', async () => {
    await store([draft(1, { status: 'sending' })], 'me')
    const me = new Process('me')
    me.answers = () => {}
    me.dispatcher.own('q')
    await vi.waitFor(async () => expect(await statusOf(1)).toBe('sent'))
    expect(me.begun).toEqual([1])
  })

  it('does not send again what was sent while the queue was being read', async () => {
    await store([draft(1)])
    const me = new Process('me')
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
    await vi.waitFor(async () => expect(await statusOf(1)).toBe('sent'))
    await vi.waitFor(() => expect(me.dispatcher.tryStart(draft(0), [])).toBe(true))
    me.dispatcher.dropped([draft(0, { status: 'sending' })])
    me.afterRead = async () => {}
    goOn?.()
    await store([draft(2)])
    me.dispatcher.wake('q')
    await me.end(2)
    await vi.waitFor(async () => expect(await statusOf(2)).toBe('sent'))
    expect(me.begun).toEqual([1, 2])
  })

  it('sends in order also what memory did not hold at once', async () => {
    const many = Array.from({ length: 6000 }, (_, index) => draft(index + 1, { lane: `lane ${index % 50}` }))
    await store(many)
    const me = new Process('me')
    me.answers = () => {}
    me.dispatcher.own('q')
    await vi.waitFor(() => expect(me.begun).toHaveLength(6000), { timeout: 15_000 })
    for (let lane = 0; lane < 50; lane++) {
      const sent = me.begun.filter((id) => (id - 1) % 50 === lane)
      expect(sent).toEqual(sent.toSorted((one, other) => one - other))
    }
    expect(new Set(me.begun).size).toBe(6000)
  })

  it('begins nothing more of a queue that another process took, and writes nothing over its work', async () => {
    await store([draft(1), draft(2), draft(3, { lane: 'other' })])
    const me = new Process('me')
    me.dispatcher.own('q')
    await vi.waitFor(() => expect(me.begun).toEqual([1, 3]))
    me.dispatcher.disown('q')
    const other = new Process('other')
    other.answers = () => {}
    await fresh.db.transaction((tx) => reclaimSending(tx, ['q'], 'other'))
    other.dispatcher.own('q')
    await vi.waitFor(() => expect(other.begun.toSorted()).toEqual([1, 2, 3]))
    await vi.waitFor(async () => expect(await statusOf(3)).toBe('sent'))
    await me.end(1, new AppError('unavailable', 'no answer'))
    await me.end(3)
    await vi.waitFor(() => expect(me.dispatcher.hasNotes).toBe(false))
    clock.advance(60_000)
    me.dispatcher.tick()
    await vi.waitFor(async () => expect(await statusOf(2)).toBe('sent'))
    expect(await statusOf(1)).toBe('sent')
    expect(me.begun).toEqual([1, 3])
  })

  it('lets a new delivery begin with its commit only behind all that is open in its lane', async () => {
    const me = new Process('me')
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
