import type { Clock } from '../clock.ts'
import { AppError, messageOf } from '../errors.ts'
import { withJitter } from './backoff.ts'
import type { AttemptOutcome, Delivery, DeliverySender } from './delivery.ts'

/** Tries once to send a delivery, for so many milliseconds at most, and says what becomes of it. Never throws. */
export async function makeAttempt(
  sender: DeliverySender | undefined,
  delivery: Delivery,
  { clock, sendTimeoutMs }: { clock: Clock; sendTimeoutMs: number },
): Promise<AttemptOutcome> {
  if (!sender)
    return { outcome: 'dead', error: `Nothing in this program sends deliveries of the kind "${delivery.kind}".` }
  try {
    return { outcome: 'sent', result: await sender.send(delivery, AbortSignal.timeout(sendTimeoutMs)) }
  } catch (error) {
    return failureOf(sender, delivery, error, clock.now().getTime())
  }
}

function failureOf(sender: DeliverySender, delivery: Delivery, error: unknown, now: number): AttemptOutcome {
  const message = messageOf(error)
  const { payload } = delivery
  if (sender.reroute?.(delivery, error)) return { outcome: 'retry', error: message, dueAt: new Date(now), payload }
  const known = error instanceof AppError ? error : undefined
  const result = known?.detail
  if (known && !known.retryable) return { outcome: 'dead', error: message, result }
  // A vendor that says when to come back is not counted against the message.
  if (known?.retryAfterMs !== undefined) delivery.excused = (delivery.excused ?? 0) + 1
  const delay = known?.retryAfterMs ?? sender.retryDelaysMs[delivery.attempts - (delivery.excused ?? 0) - 1]
  if (delay === undefined)
    return { outcome: 'dead', error: `${message} (given up after ${delivery.attempts} attempts)`, result }
  const wait = known?.retryAfterMs ?? withJitter(delay, Math.random())
  return { outcome: 'retry', error: message, dueAt: new Date(now + wait), payload, result }
}
