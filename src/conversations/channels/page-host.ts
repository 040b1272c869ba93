import type { Database } from '../../platform/database/database.ts'
import type { Signals } from '../../platform/signals.ts'
import type { PageHost } from '../channel.ts'
import type { ChannelEvent } from '../event.ts'
import { readHistory } from '../messages.store.ts'
import type { ChannelHub } from './channel-hub.ts'

/** What pages of channels work with: the open channels, the way of a message, and the stored threads. */
export function createPageHost(parts: {
  db: Database
  hub: ChannelHub
  signals: Signals
  receive(channelId: number, events: ChannelEvent[]): Promise<void>
}): PageHost {
  const { db, hub, signals, receive } = parts
  return {
    channel: async (hookId) => {
      const open = hub.byHook(hookId)
      return open && { id: open.channel.id, name: open.channel.name, settings: open.settings }
    },
    receive,
    history: async (channelId, thread, after, limit) =>
      (await readHistory(db, channelId, thread, after, limit)).map((message) => ({
        id: message.id,
        direction: message.direction === 'inbound' ? 'inbound' : 'outbound',
        externalId: message.externalId,
        content: { text: message.text, entities: message.entities ?? undefined, parts: message.parts ?? undefined },
        at: message.at.toISOString(),
      })),
    watch: (channelId, thread, onNews) => signals.subscribe(threadTopic(channelId, thread), onNews),
  }
}

/** The topic that tells of news in a thread. */
export function threadTopic(channelId: number, thread: string): string {
  return `thread:${channelId}/${thread}`
}
