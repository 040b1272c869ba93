import type { Clock } from '../../../src/platform/clock.ts'
import { AppError } from '../../../src/platform/errors.ts'

/**
 * One message to the same person in six seconds, of which 45 may be borrowed at once
 * (developers.facebook.com/documentation/business-messaging/whatsapp/about-the-platform#throughput).
 */
const intervalMs = 6_000
const burst = 45
/** People that are remembered; those who are quiet are forgotten. */
const rememberedPeople = 10_000

/** Keeps to the vendor's limit of messages to one person, as far as this process sends them. */
export class PairLimit {
  readonly #clock: Clock
  /** By thread, until when its messages are paid for, in milliseconds. */
  readonly #paidUntil = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Counts so many messages that go together. Throws `rate_limited`, with the time to wait, when they would be too many; then none counts. */
  take(thread: string, count = 1): void {
    const now = this.#clock.now().getTime()
    const next = Math.max(this.#paidUntil.get(thread) ?? 0, now)
    const ahead = next - now - (burst - Math.min(count, burst)) * intervalMs
    if (ahead > 0) {
      const message = `WhatsApp takes one message in six seconds to the same person after a burst of ${burst}.`
      throw new AppError('rate_limited', message, { retryAfterMs: ahead })
    }
    if (this.#paidUntil.size >= rememberedPeople) this.#forget(now)
    this.#paidUntil.set(thread, next + count * intervalMs)
  }

  #forget(now: number): void {
    for (const [thread, until] of this.#paidUntil) if (until <= now) this.#paidUntil.delete(thread)
  }
}
