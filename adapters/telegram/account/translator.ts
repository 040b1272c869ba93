import type { RawUpdateInfo, tl } from '@mtcute/core'
import type { BaseTelegramClient } from '@mtcute/core/client.js'
import type { ChannelContext } from '../../../src/conversations/channel.ts'
import type { ChannelEvent } from '../../../src/conversations/event.ts'
import { eventsOf, type Memory } from './inbound/events.ts'
import type { Peers } from './inbound/peers.ts'
import type { SentLog } from './sent-log.ts'
import type { AccountSettings } from './settings.ts'
import { channelIdOf, channelNumber, numberOf } from './thread.ts'

/** Chats of messages that are remembered, and that are kept over a restart. */
const rememberedChats = 2000
const keptChats = 200

/** Turns updates into events, with what has to be known of earlier ones. */
export interface Translator {
  /** Throws nothing: what cannot be read is told as unknown. */
  eventsOf(update: RawUpdateInfo): Promise<ChannelEvent[]>
  /** The chats of the latest messages outside of supergroups. */
  chats(): [message: number, chat: number][]
}

export function createTranslator({
  context,
  base,
  sent,
  chats: kept,
}: {
  context: ChannelContext<AccountSettings>
  base: BaseTelegramClient
  sent: SentLog
  chats: [message: number, chat: number][]
}): Translator {
  const { clock, log } = context
  const { groups } = context.channel.settings
  const chats = new Map(kept)
  const memory: Memory = {
    chatOf: (id) => {
      const chat = chats.get(id)
      return chat === undefined ? undefined : peerOf(chat)
    },
    reactions: new Map(),
    takeRead: sent.takeRead,
  }

  function rememberChat({ message }: { message: tl.TypeMessage }): void {
    if (message._ === 'messageEmpty' || message.peerId._ === 'peerChannel') return
    chats.set(message.id, numberOf(message.peerId))
    for (const oldest of chats.keys()) {
      if (chats.size <= rememberedChats) break
      chats.delete(oldest)
    }
  }

  async function translate({ update, peers }: RawUpdateInfo): Promise<ChannelEvent[]> {
    const isNew = update._ === 'updateNewMessage' || update._ === 'updateNewChannelMessage'
    if (isNew) {
      rememberChat(update)
      if (await isOurs(update.message, sent)) return []
    }
    const known = await withCached(update, { users: new Map(peers.users), chats: new Map(peers.chats) }, base)
    return eventsOf(update, known, { memory, groups, now: clock.now() })
  }

  return {
    async eventsOf(info) {
      try {
        return await translate(info)
      } catch (error) {
        log.error({ error, update: info.update._ }, 'An update of Telegram could not be read.')
        const what = `unreadable ${info.update._}`
        const at = clock.now().toISOString()
        return [
          {
            kind: 'unknown',
            externalId: `${what}:${at}`,
            thread: { id: 'unknown', kind: 'direct' },
            at,
            what,
            raw: {},
          },
        ]
      }
    },
    chats: () => [...chats].slice(-keptChats),
  }
}

async function isOurs(message: tl.TypeMessage, sent: SentLog): Promise<boolean> {
  if (message._ !== 'message' || !message.out) return false
  return sent.isOurs(numberOf(message.peerId), message.id, message.message)
}

function peerOf(chat: number): tl.TypePeer {
  const channelId = channelIdOf(chat)
  if (channelId !== undefined) return { _: 'peerChannel', channelId }
  return chat > 0 ? { _: 'peerUser', userId: chat } : { _: 'peerChat', chatId: -chat }
}

/** Short updates bring nobody along: whoever they name is looked up among those that we have met. */
async function withCached(
  update: tl.TypeUpdate,
  told: { users: Map<number, tl.TypeUser>; chats: Map<number, tl.TypeChat> },
  base: BaseTelegramClient,
): Promise<Peers> {
  const { peers, self } = base.storage
  const { users, chats } = told
  for (const { kind, id } of namedIn(update)) {
    const missing = kind === 'user' ? isThin(users.get(id)) : !chats.has(id)
    if (!missing) continue
    const marked = { user: id, chat: -id, channel: channelNumber(id) }[kind]
    const found = await peers.getCompleteById(marked, true)
    if (found?._ === 'user') users.set(id, found)
    else if (found && found._ !== 'userEmpty') chats.set(id, found)
  }
  const own = await self.fetch()
  return { self: { id: own?.userId ?? 0, usernames: own?.usernames ?? [] }, users, chats }
}

/** Telegram leaves out most of a person whom it takes to be known to us. */
function isThin(user: tl.TypeUser | undefined): boolean {
  return user?._ !== 'user' || user.min === true
}

const kindOfKey: Record<string, 'user' | 'chat' | 'channel'> = { userId: 'user', chatId: 'chat', channelId: 'channel' }

function* namedIn(value: unknown): Generator<{ kind: 'user' | 'chat' | 'channel'; id: number }> {
  if (Array.isArray(value)) for (const item of value) yield* namedIn(item)
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return
  for (const [key, held] of Object.entries(value)) {
    const kind = kindOfKey[key]
    if (kind && typeof held === 'number') yield { kind, id: held }
    else if (key === 'users' && Array.isArray(held)) {
      for (const id of held) if (typeof id === 'number') yield { kind: 'user', id }
    } else yield* namedIn(held)
  }
}
