import { messageOf } from '../../platform/errors.ts'
import type { Vault } from '../../platform/secrets.ts'
import type { CallResult } from '../block.ts'
import type { CallAnswer } from './advance-thread.ts'
import type { StartedCall } from './thread-context.ts'
import { workKey } from './work-key.ts'

/**
 * Does work outside for blocks: gives its result, which must be JSON, or throws. `key` (`run:branch`) names the work: it is the same
 * when another process repeats it.
 */
export type Caller = (request: unknown, signal: AbortSignal, key: string) => Promise<unknown>

export interface CallOutOptions {
  callers: ReadonlyMap<string, Caller>
  /** Those of them that only wait for what is done elsewhere: a stop does not wait for them. */
  waiters: ReadonlySet<string>
  vault: Vault
  /** Brings the answer back to its run. */
  onAnswer(threadId: number, answer: CallAnswer): void
}

export interface CallOut {
  begin(call: StartedCall): void
  /** Whether work for a run waits here or is under way. */
  serves(runId: number): boolean
  /** Waits for what is under way so many milliseconds; what is not done then is repeated by another process. */
  stop(limitMs: number): Promise<void>
}

/** So many calls are under way at once at most, and as many that only wait; further ones wait for a place. */
const callsAtOnce = 256

/** What seals requests at rest: they may hold secrets. */
export const requestSeal = 'run:request'

/** Begins work outside right after the commit that asked for it. */
export function createCallOut({ callers, waiters, vault, onAnswer }: CallOutOptions): CallOut {
  const waiting: StartedCall[] = []
  const underWay = new Map<Promise<void>, StartedCall>()
  const stopping = new AbortController()
  const leaving = new AbortController()

  const busy = { working: 0, waiting: 0 }
  const placeOf = ({ branch }: StartedCall) => (waiters.has(branch.caller) ? 'waiting' : 'working')

  const next = (): void => {
    while (!stopping.signal.aborted) {
      const index = waiting.findIndex((call) => busy[placeOf(call)] < callsAtOnce)
      const [call] = index < 0 ? [] : waiting.splice(index, 1)
      if (!call) return
      const place = placeOf(call)
      busy[place]++
      const work = perform(call).finally(() => {
        busy[place]--
        underWay.delete(work)
        next()
      })
      underWay.set(work, call)
    }
  }
  const perform = async (call: StartedCall): Promise<void> => {
    const { runId, threadId, branch } = call
    const { signal } = waiters.has(branch.caller) ? leaving : stopping
    const result = await resultOf(call, workKey(runId, branch.id), signal)
    // Cut off by our own stop it has no result: the run keeps waiting, and the call is made again.
    if (!signal.aborted || result.ok) onAnswer(threadId, { runId, branchId: branch.id, result })
  }
  const resultOf = async ({ branch, request }: StartedCall, key: string, signal: AbortSignal): Promise<CallResult> => {
    try {
      const caller = callers.get(branch.caller)
      if (!caller) return { ok: false, error: `This program has no caller "${branch.caller}".` }
      const asked = request ?? vault.open(branch.request, requestSeal)
      return { ok: true, value: await caller(JSON.parse(asked), signal, key) }
    } catch (error) {
      return { ok: false, error: messageOf(error) }
    }
  }

  return {
    begin(call) {
      waiting.push(call)
      next()
    },
    serves: (runId) => [...waiting, ...underWay.values()].some((call) => call.runId === runId),
    async stop(limitMs) {
      waiting.length = 0
      leaving.abort()
      let timer: NodeJS.Timeout | undefined
      const limit = new Promise((resolve) => {
        timer = setTimeout(resolve, limitMs)
      })
      await Promise.race([Promise.all(underWay.keys()), limit])
      clearTimeout(timer)
      stopping.abort()
      await Promise.all(underWay.keys())
    },
  }
}
