import { setTimeout as sleep } from 'node:timers/promises'
import type { RawUpdateInfo } from '@mtcute/core'
import type { ChannelEvent } from '../../../src/conversations/event.ts'
import { AppError } from '../../../src/platform/errors.ts'
import type { Log } from '../../../src/platform/log.ts'
import type { Place } from './account-storage.ts'

/** Takes updates one after another, and remembers how far it came only after what it took is stored. */
export interface UpdatesPump {
  take(update: RawUpdateInfo): void
  /** All updates up to this place were taken. */
  reach(place: Place): void
  /** Ends it; resolves when nothing is under way. What was not stored is asked for again next time. */
  stop(): Promise<void>
}

export interface PumpWork {
  /** Throws nothing. */
  eventsOf(update: RawUpdateInfo): Promise<ChannelEvent[]>
  receive(events: ChannelEvent[]): Promise<void>
  remember(place: Place): Promise<void>
}

const firstPause = 500
const longestPause = 30_000

/** A failure to store is logged and tried again after a growing pause, for as long as it takes; nothing overtakes it. */
export function startPump(work: PumpWork, log: Log): UpdatesPump {
  const stopped = new AbortController()
  let updates: RawUpdateInfo[] = []
  let place: Place | undefined
  let running: Promise<void> | undefined

  async function run(): Promise<void> {
    while (!stopped.signal.aborted && (updates.length > 0 || place !== undefined)) {
      const batch = updates
      const reached = place
      updates = []
      place = undefined
      const events: ChannelEvent[] = []
      for (const update of batch) events.push(...(await work.eventsOf(update)))
      if (events.length > 0) await untilDone(() => work.receive(events))
      if (reached !== undefined) await untilDone(() => work.remember(reached))
    }
  }

  async function untilDone(step: () => Promise<void>): Promise<void> {
    let pause = firstPause
    while (!stopped.signal.aborted) {
      try {
        return await step()
      } catch (error) {
        const retryInMs = Math.max(pause, (error instanceof AppError && error.retryAfterMs) || 0)
        log.error({ error, retryInMs }, 'Updates of Telegram could not be stored.')
        await sleep(retryInMs, undefined, { signal: stopped.signal }).catch(() => undefined)
        pause = Math.min(pause * 2, longestPause)
      }
    }
  }

  function wake(): void {
    if (stopped.signal.aborted) return
    running ??= run().finally(() => {
      running = undefined
      // Something may have come after the last look.
      if (updates.length > 0 || place !== undefined) wake()
    })
  }

  return {
    take(update) {
      updates.push(update)
      wake()
    },
    reach(next) {
      place = next
      wake()
    },
    async stop() {
      stopped.abort()
      await running
    },
  }
}
