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
  const note = (id: string): string => {
    if (ids.size >= remembered) ids.delete(ids.values().next().value!)
    ids.add(id)
    return id
  }
  return {
    async sending(send) {
      const noted = send().then(note)
      const settled = noted.catch(() => undefined)
      underWay.add(settled)
      try {
        return await noted
      } finally {
        underWay.delete(settled)
      }
    },
    async isOurs(messageId) {
      if (!ids.has(messageId)) await Promise.all(underWay)
      return ids.has(messageId)
    },
  }
}
