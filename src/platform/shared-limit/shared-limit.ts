import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../database/database.ts'
import { AppError } from '../errors.ts'
import { holdPlaces, type Place, type RateLimit, takePlaces } from './rate-slots.store.ts'

/**
 * Does a request when its turn has come under all of these limits, in whatever process: no second or minute, wherever it begins, sees
 * more requests of a limit than it allows. Throws `timeout` when `signal` ends the waiting; nothing was asked then. It must not be
 * called in a transaction.
 */
export type Limited = <T>(limits: readonly RateLimit[], request: () => Promise<T>, signal: AbortSignal) => Promise<T>

/** For a process that dies its places are held so many seconds longer than they count; a living one holds on to them. */
const spareSeconds = 14
const renewMs = 5000
/** What is lost by rounding, in seconds. */
const roundingSeconds = 0.005
/** A place that is in use now cannot come free sooner. */
const lookMs = 1000
const jitterMs = 20

/** Limits that all processes on a database share. In a process, whoever asked first goes first; among processes, chance decides. */
export function sharedLimit(db: Database): Limited {
  const queues = new Map<string, Promise<unknown>>()

  function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const turn = (queues.get(key) ?? Promise.resolve()).then(work)
    const settled = turn.catch(() => undefined)
    queues.set(key, settled)
    void settled.then(() => {
      if (queues.get(key) === settled) queues.delete(key)
    })
    return turn
  }

  return async (limits, request, signal) => {
    if (limits.length === 0) return request()
    const key = limits.map(({ name }) => name).join('\n')
    const places = await inTurn(key, () => waitForPlaces(db, limits, signal))
    const letGo = keepPlaces(db, places)
    try {
      return await request()
    } finally {
      await letGo()
    }
  }
}

async function waitForPlaces(db: Database, limits: readonly RateLimit[], signal: AbortSignal): Promise<Place[]> {
  while (!signal.aborted) {
    const begin = performance.now()
    const taking = await takePlaces(db, limits, spareSeconds)
    if ('places' in taking) {
      if (performance.now() - begin < renewMs) return taking.places
      // A process that was held up so long cannot count on them any more.
      await holdPlaces(db, taking.places, () => 0)
      continue
    }
    const wait = Math.min(taking.waitMs, lookMs) + Math.random() * jitterMs
    await sleep(wait, undefined, { signal }).catch(() => undefined)
  }
  const names = limits.map(({ name }) => name).join(', ')
  throw new AppError('timeout', `The turn under the limit ${names} did not come in time; nothing was asked.`)
}

/** Holds places while a request runs; the answer sets them free, when they count no more. */
function keepPlaces(db: Database, taken: Place[]): () => Promise<void> {
  let places = taken
  // What cannot be told to the database now lapses by itself.
  let telling = Promise.resolve()
  const hold = (besides: number): Promise<void> => {
    telling = telling
      .then(async () => {
        places = await holdPlaces(db, places, ({ counts }) => counts + besides)
      })
      .catch(() => undefined)
    return telling
  }
  const timer = setInterval(() => void hold(spareSeconds), renewMs)
  return () => {
    clearInterval(timer)
    return hold(roundingSeconds)
  }
}
