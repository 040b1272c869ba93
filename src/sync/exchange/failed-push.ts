import { doublingDelays, withJitter } from '../../platform/deliveries/backoff.ts'
import { AppError, messageOf } from '../../platform/errors.ts'
import type { Batch } from './batch.ts'
import type { CrmPush, PushOutcome } from './push.ts'

/** Waits after failed attempts: from two seconds, doubling to half an hour, for about a day. */
const retryDelaysMs = doublingDelays(2000, 1_800_000, 57)
/** What the vendor may still be at work on is not looked for sooner, in milliseconds: it can be done long after we gave it up. */
export const lateMs = 15_000
/** What was not tried at all comes back after so many milliseconds. */
export const soonMs = 1000

/** What becomes of a push after a failure. `begun`: something was asked of the vendor for it, so what it makes may be there. */
export function failedPush({ exchange }: Batch, push: CrmPush, error: unknown, begun: boolean): PushOutcome {
  const now = exchange.clock.now().getTime()
  const words = { error: messageOf(error), errorCode: error instanceof AppError ? error.code : 'internal' }
  if (isOfAccount(error) || error === notTried) {
    return { status: 'again', at: new Date(now + soonMs), free: true, ...words }
  }
  const again = !(error instanceof AppError) || error.retryable
  const delay = retryDelaysMs[push.attempts - 1]
  if (!again || delay === undefined) return { status: 'dead', doubtful: begun, ...words }
  const asked = error instanceof AppError ? error.retryAfterMs : undefined
  const wait = asked ?? withJitter(delay, exchange.random())
  const late = error instanceof AppError && error.code === 'timeout' ? lateMs : 0
  const { settleMs = 0 } = exchange.adapter.abilities()
  const at = new Date(now + (begun ? Math.max(wait, late + settleMs) : wait))
  return { status: 'again', at, doubtful: begun, ...words }
}

/** Whether an error is about the account, whatever was asked of it. */
export function isOfAccount(error: unknown): error is AppError {
  return error instanceof AppError && (error.code === 'rate_limited' || error.code === 'unauthenticated')
}

/** Of what was left out because something before it showed that the vendor cannot be asked now. */
export const notTried = new AppError('unavailable', 'It waits until the other CRM can be asked again.')
