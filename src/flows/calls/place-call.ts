import type { CallPlacer, CallRequest } from '../../conversations/abilities.ts'
import type { Capabilities } from '../../conversations/channel.ts'
import { findChannelByName } from '../../conversations/channels/channels.store.ts'
import { openCall } from '../../conversations/open-call.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Database, Tx } from '../../platform/database/database.ts'
import { AppError, messageOf } from '../../platform/errors.ts'
import type { Caller } from '../engine/call-out.ts'
import type { PlacedCallResult } from './call-result.ts'
import {
  type CallingRun,
  callingRun,
  callsSince,
  findCall,
  lockCallsOf,
  noteCall,
  notePlaced,
  noteResult,
} from './placed-calls.store.ts'

/** What a block asks for: the call, and the name of the channel that places it. */
export interface WantedCall {
  channel: string
  call: CallRequest
}

/** What it is told: the call's key, by which its result comes; or the result at once. */
export interface CallAnswer {
  key: string
  result?: PlacedCallResult
}

export interface CallPlacingOptions {
  db: Database
  clock: Clock
  channels: {
    capabilities(channelId: number, kind: 'call'): Capabilities | undefined
    /** Throws when the channel is not open. */
    adapter(channelId: number): { calls?: CallPlacer }
  }
}

/** How long the vendor may take to tell of a call's end, in seconds. */
export const graceSeconds = 30

/**
 * Places calls for runs. The call is noted before the vendor is asked: when the process dies meanwhile, the call is placed again
 * only where the vendor refuses a second one, else its result is that nobody knows, and it is marked. A channel's limits of the
 * hour are kept over all processes. What becomes of the call comes as a signal `call_result` of {@link sweepCalls}.
 */
export function callPlacing({ db, clock, channels }: CallPlacingOptions): Caller {
  return async (asked, _signal, key): Promise<CallAnswer> => {
    const { channel: name, call } = asked as WantedCall
    const run = await callingRun(db, Number(key.split(':')[0]))
    if (!run) throw new AppError('not_found', 'The run that wants to call is gone.')
    const channel = await findChannelByName(db, run.projectId, name)
    if (!channel) throw new AppError('not_found', `The project has no channel "${name}".`)
    const placer = channels.adapter(channel.id).calls
    if (!placer) throw new AppError('unsupported', `The channel "${name}" cannot place calls.`)
    const known = await note(key, channel.id, run, call)
    if (known?.status === 'ended') return { key, result: known.result! }
    if (known?.status === 'placed') return { key }
    if (known && !placer.refusesSecond) return { key, result: await doubt(key) }
    return place(placer, call, key, channel.id, run)
  }

  /** Gives the call when it was noted before. */
  async function note(key: string, channelId: number, run: CallingRun, call: CallRequest) {
    return db.transaction(async (tx) => {
      await lockCallsOf(tx, channelId)
      const known = await findCall(tx, key)
      if (known) return known
      const now = clock.now()
      await keepLimits(tx, channelId, call, now)
      await noteCall(tx, {
        projectId: run.projectId,
        channelId,
        key,
        runId: Number(key.split(':')[0]),
        digits: call.digits?.max ?? 0,
        seconds: call.maxSeconds,
        maxSeconds: call.maxSeconds,
        deadline: new Date(now.getTime() + (call.ringSeconds + graceSeconds) * 1000),
        createdAt: now,
      })
      return undefined
    })
  }

  async function keepLimits(tx: Tx, channelId: number, call: CallRequest, now: Date): Promise<void> {
    const limits = channels.capabilities(channelId, 'call')?.calls
    const { calls, seconds } = await callsSince(tx, channelId, new Date(now.getTime() - 3_600_000))
    const over =
      limits?.perHour !== undefined && calls >= limits.perHour
        ? `${limits.perHour} calls`
        : limits?.minutesPerHour !== undefined && seconds + call.maxSeconds > limits.minutesPerHour * 60
          ? `${limits.minutesPerHour} minutes of calls`
          : undefined
    if (over)
      throw new AppError('rate_limited', `The channel may place no more than ${over} an hour; this one is not placed.`)
  }

  async function place(placer: CallPlacer, call: CallRequest, key: string, channelId: number, run: CallingRun) {
    let thread: string
    try {
      thread = (await placer.placeCall(call, key)).thread
    } catch (error) {
      // No answer does not say that it does not ring.
      const unknown = !(error instanceof AppError) || error.code === 'timeout' || error.code === 'unavailable'
      await end(key, { outcome: 'failed', reason: messageOf(error) }, unknown)
      throw error
    }
    await db.transaction(async (tx) => {
      await notePlaced(tx, key, thread)
      const { projectId, contactId } = run
      if (contactId !== null)
        await openCall(tx, clock.now(), { projectId, channelId, contactId, thread, title: call.phone })
    })
    return { key }
  }

  async function doubt(key: string): Promise<PlacedCallResult> {
    const result: PlacedCallResult = {
      outcome: 'failed',
      reason:
        'The program stopped while the call was being placed. Whether it rang is not known; it is not placed again.',
    }
    await end(key, result, true)
    return result
  }

  async function end(key: string, result: PlacedCallResult, doubtful: boolean): Promise<void> {
    await db.transaction((tx) => noteResult(tx, key, { result, now: clock.now(), doubtful }))
  }
}
