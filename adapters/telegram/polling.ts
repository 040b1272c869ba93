import { setTimeout as sleep } from 'node:timers/promises'
import type { Api } from 'grammy'
import type { Update } from 'grammy/types'
import { AppError } from '../../src/platform/errors.ts'
import type { Log } from '../../src/platform/log.ts'
import { allowedUpdates } from './allowed-updates.ts'
import type { BotClient } from './bot-client.ts'

/** Seconds that Telegram keeps a poll open when there is nothing new. */
const pollSeconds = 25
const firstPause = 500
const longestPause = 30_000

/**
 * Fetches updates until it is stopped. `take` resolves when a batch is committed; only then the offset moves on, which
 * tells Telegram to forget it. A failure is logged and tried again after a growing pause. The returned function breaks
 * the open poll off and resolves when nothing is under way any more.
 */
export function startPolling(
  client: BotClient,
  log: Log,
  take: (updates: Update[]) => Promise<void>,
): () => Promise<void> {
  const stop = new AbortController()
  const ended = poll()

  async function poll(): Promise<void> {
    let offset = 0
    let pause = firstPause
    while (!stop.signal.aborted) {
      try {
        const updates = await client.call((api) => fetchUpdates(api, offset, stop.signal))
        if (updates.length > 0) await take(updates)
        offset = updates.reduce((next, update) => Math.max(next, update.update_id + 1), offset)
        pause = firstPause
      } catch (error) {
        if (stop.signal.aborted) return
        const retryInMs = Math.max(pause, (error instanceof AppError && error.retryAfterMs) || 0)
        log.error({ error, retryInMs }, 'Telegram updates could not be fetched.')
        await sleep(retryInMs, undefined, { signal: stop.signal }).catch(() => undefined)
        pause = Math.min(pause * 2, longestPause)
      }
    }
  }

  return () => {
    stop.abort()
    return ended
  }
}

function fetchUpdates(api: Api, offset: number, signal: AbortSignal): Promise<Update[]> {
  const params = { timeout: pollSeconds, limit: 100, allowed_updates: allowedUpdates, ...(offset > 0 && { offset }) }
  return api.raw.getUpdates(params, signal as Parameters<Api['raw']['getUpdates']>[1])
}
