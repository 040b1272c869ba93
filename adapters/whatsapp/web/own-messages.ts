/** Tells the messages that we sent from those that somebody typed on the phone: both come back from WhatsApp as our account's. */
export interface OwnMessages {
  /** Sends, and notes the id that comes of it. */
  sending(send: () => Promise<string>): Promise<string>
  /** Whether a message is one that we sent. It may come back before its sending has told its id: what is under way is waited for. */
  isOurs(messageId: string): Promise<boolean>
}

/** How many of our messages are remembered: they come back within moments. */
const remembered = 5_000

export function createOwnMessages(): OwnMessages {
  const ids = new Set<string>()
  const underWay = new Set<Promise<unknown>>()
  return {
    async sending(send) {
      const sent = send()
      const settled = sent.catch(() => undefined)
      underWay.add(settled)
      try {
        const id = await sent
        if (ids.size >= remembered) ids.delete(ids.values().next().value!)
        ids.add(id)
        return id
      } finally {
        underWay.delete(settled)
      }
    },
    async isOurs(messageId) {
      if (ids.has(messageId)) return true
      await Promise.all(underWay)
      // The sender's own continuation, which notes the id, runs after ours.
      await Promise.resolve()
      await Promise.resolve()
      return ids.has(messageId)
    },
  }
}
