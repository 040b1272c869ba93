import type { ChannelEvent } from '../../../src/conversations/event.ts'

const remembered = 10_000

/** The latest message of each thread that came through this process: WhatsApp shows typing under a message only. */
export class LastHeard {
  readonly #ids = new Map<string, string>()

  note(events: readonly ChannelEvent[]): void {
    for (const event of events) {
      if (event.kind !== 'message') continue
      this.#ids.delete(event.thread.id)
      this.#ids.set(event.thread.id, event.message.externalId)
    }
    for (const thread of this.#ids.keys()) {
      if (this.#ids.size <= remembered) return
      this.#ids.delete(thread)
    }
  }

  of(thread: string): string | undefined {
    return this.#ids.get(thread)
  }
}
