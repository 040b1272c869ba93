import { expect, vi } from 'vitest'
import { VirtualClock } from '../../../../src/platform/clock.ts'
import type { Database } from '../../../../src/platform/database/database.ts'
import { runTogether } from '../../../../src/platform/database/statement.ts'
import {
  insertAttempts,
  insertDeliveries,
  noteResults,
  noteStarts,
  readPending,
} from '../../../../src/platform/deliveries/deliveries.store.ts'
import type { Delivery, DeliveryDraft, DeliverySender } from '../../../../src/platform/deliveries/delivery.ts'
import { Dispatcher } from '../../../../src/platform/deliveries/dispatcher.ts'
import { createLog } from '../../../../src/platform/log.ts'
import { createMicroBatch } from '../../../../src/platform/micro-batch.ts'

const start = new Date('2026-11-02T09:00:00Z')

type ProcessOptions = Partial<DeliverySender> & { sendsInFlight?: number }

/** The processes of a test that dispatch what one database holds, on one clock. */
export interface Dispatching {
  db: Database
  clock: VirtualClock
  /** Starts a process, which owns no queue yet. */
  process(name: string, options?: ProcessOptions): Process
  /** Puts deliveries into the database as a process does that has committed them. */
  store(drafts: DeliveryDraft[], process?: string): Promise<unknown>
  states(): Promise<Record<string, unknown>[]>
  statusOf(id: number): Promise<string>
  stop(): Promise<void>
}

export function openDispatching(db: Database): Dispatching {
  const clock = new VirtualClock(start)
  const processes: Process[] = []
  return {
    db,
    clock,
    process(name, options = {}) {
      const process = new Process({ db, clock }, name, options)
      processes.push(process)
      return process
    },
    store: (drafts, process = 'me') =>
      db.transaction((tx) => runTogether(tx, [insertDeliveries(drafts, process, start)])),
    states: () => db.query('select id, status, attempts, doubtful from deliveries order by id'),
    statusOf: async (id) =>
      (await db.query<{ status: string }>('select status from deliveries where id = $1', [id]))[0]!.status,
    async stop() {
      for (const process of processes) await process.stop()
    },
  }
}

/** A dispatcher with the database behind it, as the message path notes for it. */
export class Process {
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
  readonly #db: Database
  readonly #clock: VirtualClock
  readonly #notes = createMicroBatch<'notes'>(100, async () => {
    const notes = this.dispatcher.takeNotes()
    await this.#db.transaction((tx) =>
      runTogether(tx, [
        noteStarts(notes.starts, this.name),
        noteResults(notes.results, this.#clock.now(), this.name),
        insertAttempts(notes.results),
      ]),
    )
    this.dispatcher.noted(notes)
  })

  constructor({ db, clock }: Pick<Dispatching, 'db' | 'clock'>, name: string, options: ProcessOptions) {
    this.name = name
    this.#db = db
    this.#clock = clock
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
        const rows = await readPending(db, queue, after, limit, name)
        await this.afterRead()
        return rows
      },
      onNotes: () => this.#notes.add('notes'),
    })
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

/** A delivery that is due, in the one lane of the one queue unless more is told. */
export const draft = (id: number, more: Partial<DeliveryDraft> = {}): DeliveryDraft => ({
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
