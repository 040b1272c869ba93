import type { Update } from 'grammy/types'
import { messageOf } from '../../src/platform/errors.ts'
import type { Log } from '../../src/platform/log.ts'
import type { BotClient } from './bot-client.ts'

/** Calls under way at once, and presses that may wait; beyond that a button simply spins until it tires. */
const inFlightLimit = 16
const waitingLimit = 1_000

/** Tells Telegram that presses of buttons have arrived, so that the buttons stop spinning. */
export interface ButtonPresses {
  answer(update: Update): void
  close(): Promise<void>
}

/**
 * Answers presses beside the message path: nobody waits for it, and a failure only means a button that spins for
 * some seconds. It may run before the press is stored, which harms nothing: what Telegram delivers again is answered again.
 */
export function answerButtonPresses(client: BotClient, log: Log): ButtonPresses {
  const waiting: string[] = []
  const underWay = new Set<Promise<void>>()
  const stop = new AbortController()

  function startNext(): void {
    if (underWay.size >= inFlightLimit || stop.signal.aborted) return
    const id = waiting.shift()
    if (id === undefined) return
    const call = client
      .call((api) =>
        api.answerCallbackQuery(id, undefined, stop.signal as Parameters<typeof api.answerCallbackQuery>[2]),
      )
      .then(
        () => undefined,
        (error: unknown) => log.debug({ reason: messageOf(error) }, 'A pressed Telegram button could not be answered.'),
      )
      .finally(() => {
        underWay.delete(call)
        startNext()
      })
    underWay.add(call)
  }

  return {
    answer: (update) => {
      const id = update.callback_query?.id
      if (id === undefined || waiting.length >= waitingLimit) return
      waiting.push(id)
      startNext()
    },
    close: async () => {
      waiting.length = 0
      stop.abort()
      await Promise.all(underWay)
    },
  }
}
