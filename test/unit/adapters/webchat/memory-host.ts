import type { Outbound, PageHost, PageMessage } from '../../../../src/conversations/channel.ts'
import type { ChannelEvent, MessageEvent } from '../../../../src/conversations/event.ts'
import type { Content } from '../../../../src/conversations/message.ts'

/** The program behind a web chat, in memory: it keeps the threads' messages and wakes who watches them. */
export class MemoryHost implements PageHost {
  readonly hookId = 'hook_Zm9vYmFy'
  readonly channelId = 7
  settings: Record<string, unknown>
  /** Says what answers an inbound message. */
  answer: (event: MessageEvent) => Content[] = () => []
  /** Set to make the next looks into the history fail. */
  historyFault: Error | undefined
  readonly #threads = new Map<string, PageMessage[]>()
  readonly #events = new Set<string>()
  readonly #watchers = new Map<string, Set<() => void>>()
  #lastNumber = 1000

  constructor(settings: Record<string, unknown> = {}) {
    this.settings = settings
  }

  async channel(hookId: string) {
    return hookId === this.hookId ? { id: this.channelId, name: 'Lada Center', settings: this.settings } : undefined
  }

  async receive(_channelId: number, events: ChannelEvent[]): Promise<void> {
    for (const event of events) {
      if (event.kind !== 'message' || this.#events.has(event.externalId)) continue
      this.#events.add(event.externalId)
      const { text, entities, parts } = event.message
      // The type of a page's message names what we say; what a visitor says may hold answers as well.
      const content = { text, entities, parts } as Content
      this.#store(event.thread.id, 'inbound', event.message.externalId, content, event.at)
      for (const reply of this.answer(event)) this.say(event.thread.id, reply)
    }
  }

  async history(_channelId: number, thread: string, after: number, limit: number): Promise<PageMessage[]> {
    if (this.historyFault) throw this.historyFault
    return (this.#threads.get(thread) ?? []).filter((message) => message.id > after).slice(0, limit)
  }

  watch(_channelId: number, thread: string, onNews: () => void): () => void {
    const watchers = this.#watchers.get(thread) ?? new Set()
    this.#watchers.set(thread, watchers.add(onNews))
    return () => watchers.delete(onNews)
  }

  /** Says something in a thread, as a flow or an operator does. */
  say(
    thread: string,
    content: Omit<Extract<Outbound, { action: 'message' }>, 'action'>,
    at = new Date().toISOString(),
  ): void {
    this.#store(thread, 'outbound', null, content, at)
  }

  threads(): string[] {
    return [...this.#threads.keys()]
  }

  messages(thread: string): PageMessage[] {
    return this.#threads.get(thread) ?? []
  }

  watching(thread: string): number {
    return this.#watchers.get(thread)?.size ?? 0
  }

  #store(thread: string, direction: PageMessage['direction'], externalId: string | null, content: Content, at: string) {
    const messages = this.#threads.get(thread) ?? []
    messages.push({ id: ++this.#lastNumber, direction, externalId, content, at })
    this.#threads.set(thread, messages)
    for (const wake of this.#watchers.get(thread) ?? []) wake()
  }
}
