import type { Delivery, DeliverySender } from './delivery.ts'
import { Pacing } from './pacing.ts'

/** Says when deliveries may go: each queue and each lane of it has the pace that the sender gives them. */
export class DeliveryPacing {
  readonly #senders: ReadonlyMap<string, DeliverySender>
  readonly #pacing = new Pacing()

  /** `senders` by the kind of their deliveries. */
  constructor(senders: ReadonlyMap<string, DeliverySender>) {
    this.#senders = senders
  }

  /** Milliseconds to wait at `now`; 0 when the delivery may go at once. */
  delay(delivery: Delivery, now: number): number {
    const pace = this.#senders.get(delivery.kind)?.pacing(delivery)
    if (!pace) return 0
    return Math.max(
      this.#pacing.delay(delivery.queue, pace.perSecond, now),
      this.#pacing.delay(delivery.lane, pace.perLanePerSecond, now),
    )
  }

  /** Counts a delivery that goes now. */
  take(delivery: Delivery, now: number): void {
    const pace = this.#senders.get(delivery.kind)?.pacing(delivery)
    if (!pace) return
    this.#pacing.take(delivery.queue, pace.perSecond, now)
    this.#pacing.take(delivery.lane, pace.perLanePerSecond, now)
  }

  /** A delivery that was counted does not go. */
  giveBack(delivery: Delivery): void {
    const pace = this.#senders.get(delivery.kind)?.pacing(delivery)
    if (!pace) return
    this.#pacing.giveBack(delivery.queue, pace.perSecond)
    this.#pacing.giveBack(delivery.lane, pace.perLanePerSecond)
  }

  /** Forgets what has long been free. */
  sweep(now: number): void {
    this.#pacing.sweep(now)
  }
}
