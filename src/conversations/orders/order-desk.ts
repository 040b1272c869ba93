import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { doublingDelays } from '../../platform/deliveries/backoff.ts'
import { AppError, type ErrorCode, messageOf } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'
import { isSealed, type Vault } from '../../platform/secrets.ts'
import type { GroupProgress, GroupRequest, SignInStep } from '../abilities.ts'
import type { ChannelAdapter, Target } from '../channel.ts'
import type { WorkEvent } from '../event.ts'
import { type ChannelOrder, dueOrders, findOrder, insertOrder, updateOrder } from './orders.store.ts'

/** What can be ordered of a channel. */
export type OrderInput =
  | { kind: 'sign_in'; step: SignInStep }
  | { kind: 'create_group'; request: GroupRequest }
  | { kind: 'test'; target: Target; text: string }
  | { kind: 'work'; event: WorkEvent }

export interface OrderParts {
  db: Database
  clock: Clock
  log: Log
  vault: Vault
  /** The channels that this process listens to. */
  held(): number[]
  adapter(channelId: number): ChannelAdapter
  signals: { notify(topic: string): void; subscribe(topic: string, callback: () => void): () => void }
}

/** Waits after failed attempts: from a second, doubling to ten minutes, for about two hours. */
const retryDelaysMs = doublingDelays(1000, 600_000, 20)
const testTimeoutMs = 15_000
/** Whoever waits for an order looks for its end so often, in milliseconds, should no signal come. */
const lookMs = 1000

const orderSeal = 'channel:order'

/**
 * Orders to channels: put down by any process, done in the one that listens to the channel, at least once, those of a lane in
 * turn. What an order has done so far is kept with it.
 */
export class OrderDesk {
  readonly #parts: OrderParts
  readonly #underWay = new Map<string, Promise<void>>()
  #stopped = false

  constructor(parts: OrderParts) {
    this.#parts = parts
  }

  /** Puts an order down; one with the same key is the same order. Gives its number. */
  async place(channelId: number, key: string, lane: string, input: OrderInput): Promise<number> {
    const { db, clock, vault } = this.#parts
    const sealed = vault.seal(JSON.stringify(input), orderSeal)
    const id = await insertOrder(db, { channelId, key, lane, kind: input.kind, input: sealed }, clock.now())
    this.wake(channelId)
    return id
  }

  /** The same, and waits for its end: gives the answer, or throws what it failed with. `signal` ends the waiting, not the order. */
  async ask(channelId: number, key: string, lane: string, input: OrderInput, signal: AbortSignal): Promise<unknown> {
    const id = await this.place(channelId, key, lane, input)
    for (;;) {
      const order = await findOrder(this.#parts.db, id)
      if (!order) throw new AppError('gone', 'The channel was removed before it could do this.')
      if (order.status === 'done') return order.answer
      if (order.status === 'failed') {
        throw new AppError((order.errorCode as ErrorCode | null) ?? 'internal', order.error ?? 'It failed.', {
          retryable: false,
        })
      }
      if (signal.aborted) throw new AppError('timeout', order.error ?? 'The channel has not done this yet; it goes on.')
      await this.#news(id, signal)
    }
  }

  /** Something was ordered of a channel: here or, by the signal, in the process that listens to it. */
  wake(channelId: number): void {
    if (this.#parts.held().includes(channelId)) void this.work()
    else this.#parts.signals.notify(`order:${channelId}`)
  }

  /** Begins with what is due. Called twice a second, too. */
  async work(): Promise<void> {
    const { db, clock, log } = this.#parts
    if (this.#stopped) return
    try {
      for (const order of await dueOrders(db, this.#parts.held(), clock.now())) this.#begin(order)
    } catch (error) {
      log.error({ error }, 'Orders of channels cannot be read; they are looked for again.')
    }
  }

  /** Begins nothing new and waits for what is under way; what is not done then is done again by the next process. */
  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#underWay.values())
  }

  #begin(order: ChannelOrder): void {
    const lane = `${order.channelId}/${order.lane}`
    if (this.#stopped || this.#underWay.has(lane)) return
    const work = this.#perform(order).then(
      () => true,
      (error: unknown) => {
        this.#parts.log.error({ error, order: order.id }, 'What became of an order cannot be noted; it is done again.')
        return false
      },
    )
    const ended = work.then((noted) => {
      this.#underWay.delete(lane)
      if (noted) return this.work()
    })
    this.#underWay.set(
      lane,
      work.then(() => undefined),
    )
    void ended
  }

  async #perform(order: ChannelOrder): Promise<void> {
    const { db, clock, vault, adapter, signals } = this.#parts
    let result: Partial<ChannelOrder>
    try {
      const text = isSealed(order.input) ? vault.open(order.input, orderSeal) : order.input
      const input = JSON.parse(text) as OrderInput
      const answer = await carryOut(adapter(order.channelId), input, order.progress, (progress) =>
        updateOrder(db, order.id, { progress }),
      )
      result = { status: 'done', answer: answer ?? null, error: null }
    } catch (error) {
      result = this.#failure(order, error)
    }
    const over = result.status !== undefined && result.status !== 'pending'
    await updateOrder(db, order.id, {
      ...result,
      attempts: order.attempts + 1,
      // What it was told may have held a password.
      ...(over && { finishedAt: clock.now(), input: '' }),
    })
    if (over) signals.notify(`ordered:${order.id}`)
  }

  #failure(order: ChannelOrder, error: unknown): Partial<ChannelOrder> {
    const { clock, log } = this.#parts
    const known = error instanceof AppError
    const delay = (known ? error.retryAfterMs : undefined) ?? retryDelaysMs[order.attempts]
    // Whoever signs in or tests waits for the answer and tries again by hand.
    const byHand = order.kind === 'sign_in' || order.kind === 'test'
    const again = known && error.retryable && !byHand && order.attempts < retryDelaysMs.length
    if (again && delay !== undefined) {
      return { error: messageOf(error), dueAt: new Date(clock.now().getTime() + delay) }
    }
    if (!known) log.error({ error, order: order.id }, 'An order of a channel failed.')
    return { status: 'failed', error: messageOf(error), errorCode: known ? error.code : 'internal' }
  }

  #news(id: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        unsubscribe()
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, lookMs)
      const unsubscribe = this.#parts.signals.subscribe(`ordered:${id}`, end)
      signal.addEventListener('abort', end)
    })
  }
}

async function carryOut(
  adapter: ChannelAdapter,
  input: OrderInput,
  progress: Record<string, unknown> | null,
  save: (progress: Record<string, unknown>) => Promise<void>,
): Promise<unknown> {
  switch (input.kind) {
    case 'sign_in':
      if (!adapter.signIn) throw new AppError('unsupported', 'This channel needs no signing in; connect it.')
      return adapter.signIn.step(input.step)
    case 'create_group':
      if (!adapter.groups) throw new AppError('unsupported', 'This channel cannot make groups.')
      return adapter.groups.createGroup(
        input.request,
        { people: {}, ...(progress as Partial<GroupProgress> | null) },
        (reached) => save({ ...reached }),
      )
    case 'test':
      return adapter.send(input.target, { action: 'message', text: input.text }, AbortSignal.timeout(testTimeoutMs))
    case 'work':
      return adapter.work?.(input.event)
  }
}
