import type { Clock } from '../../../src/platform/clock.ts'

/** What we sent ourselves, so that it is not taken for something that a person typed in Telegram's own app. */
export interface SentLog {
  /** A sending begins in a chat; the returned function ends it with the numbers of what was sent, or none when its fate is unknown. */
  begin(chat: number, text: string): (ids: readonly number[] | undefined) => void
  /** Whether a message of our account is one that we sent; waits for sendings that are under way in the chat. */
  isOurs(chat: number, id: number, text: string): Promise<boolean>
  /** Messages in a chat up to a number that nobody asked for yet. */
  takeRead(chat: number, upTo: number): number[]
}

/** Messages that are remembered in each chat. */
const rememberedInChat = 200
const rememberedChats = 1000
/** How long a sending without an answer may still turn up, in milliseconds. */
const doubtMs = 10 * 60_000

interface ChatLog {
  underWay: Set<Promise<void>>
  sent: number[]
  unread: number[]
  doubtful: { text: string; until: number }[]
}

export function createSentLog(clock: Clock): SentLog {
  const chats = new Map<number, ChatLog>()

  function logOf(chat: number): ChatLog {
    const log = chats.get(chat) ?? { underWay: new Set(), sent: [], unread: [], doubtful: [] }
    chats.delete(chat)
    chats.set(chat, log)
    for (const [oldest, { underWay }] of chats) {
      if (chats.size <= rememberedChats || underWay.size > 0) break
      chats.delete(oldest)
    }
    return log
  }

  return {
    begin(chat, text) {
      const log = logOf(chat)
      const { promise, resolve } = Promise.withResolvers<void>()
      log.underWay.add(promise)
      return (ids) => {
        log.underWay.delete(promise)
        if (ids === undefined) log.doubtful.push({ text, until: clock.now().getTime() + doubtMs })
        else {
          log.sent = [...log.sent, ...ids].slice(-rememberedInChat)
          log.unread = [...log.unread, ...ids].slice(-rememberedInChat)
        }
        resolve()
      }
    },

    async isOurs(chat, id, text) {
      const log = logOf(chat)
      await Promise.all(log.underWay)
      if (log.sent.includes(id)) return true
      const now = clock.now().getTime()
      log.doubtful = log.doubtful.filter(({ until }) => until > now)
      const found = log.doubtful.findIndex((doubt) => doubt.text === text)
      if (found < 0) return false
      log.doubtful.splice(found, 1)
      return true
    },

    takeRead(chat, upTo) {
      const log = logOf(chat)
      const read = log.unread.filter((id) => id <= upTo)
      log.unread = log.unread.filter((id) => id > upTo)
      return read
    },
  }
}
