import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { AppError, type ErrorCode } from '../../platform/errors.ts'
import type { Signals } from '../../platform/signals.ts'
import type { PushRequest } from './push.ts'
import { findPush } from './pushes.store.ts'
import { exchangeTopic, pushedTopic, queuePush } from './queue-push.ts'
import type { PushResult } from './wanted.ts'

export interface AskPushParts {
  db: Database
  clock: Clock
  signals: Pick<Signals, 'notify' | 'subscribe'>
}

/** Whoever waits for a push looks for its end so often, in milliseconds, should no signal come. */
const lookMs = 1000

/**
 * Asks for a push and waits for its end: gives the ids there, or throws the reason why it was given up. `signal` ends the waiting, not
 * the push; then it throws `timeout`.
 */
export async function askPush(parts: AskPushParts, request: PushRequest, signal: AbortSignal): Promise<PushResult> {
  const { db, clock, signals } = parts
  const { id } = await db.transaction((tx) => queuePush(tx, request, clock.now()))
  signals.notify(exchangeTopic(request.integrationId))
  for (;;) {
    const push = await findPush(db, id)
    if (!push) throw new AppError('gone', 'The integration was removed before it could do this.')
    if (push.status === 'done') return push.result ?? {}
    if (push.status === 'dead') {
      throw new AppError((push.errorCode as ErrorCode | null) ?? 'internal', push.error ?? 'It failed.', {
        retryable: false,
      })
    }
    if (signal.aborted) throw new AppError('timeout', push.error ?? 'The other CRM was not told yet; it goes on.')
    await news(signals, id, signal)
  }
}

function news(signals: AskPushParts['signals'], id: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      unsubscribe()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, lookMs)
    const unsubscribe = signals.subscribe(pushedTopic(id), end)
    signal.addEventListener('abort', end)
  })
}
