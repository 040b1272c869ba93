import { SendError } from '../../../src/conversations/channel.ts'
import type { Engine } from './engine.ts'

/** Makes sure that there is somebody before the first message to a number. */
export interface Doorbell {
  /** Throws a `SendError` when the number has no WhatsApp, or has it under another number. */
  ring(chat: string): Promise<void>
  /** Somebody wrote from there. */
  known(chat: string): void
}

/** How many chats are remembered. */
const remembered = 10_000

export function createDoorbell(engine: Pick<Engine, 'registered'>): Doorbell {
  const open = new Set<string>()
  const known = (chat: string) => {
    if (open.size >= remembered) open.delete(open.values().next().value!)
    open.add(chat)
  }
  return {
    known,
    async ring(chat) {
      // Groups and hidden ids come from WhatsApp itself: nobody makes them up.
      if (!chat.endsWith('@c.us') || open.has(chat)) return
      const found = await engine.registered(chat)
      if (found === undefined) {
        throw new SendError(`The number ${chat.split('@')[0]} has no WhatsApp.`, { reason: 'unreachable' })
      }
      // In some countries numbers are written in two ways, and WhatsApp knows one of them.
      if (found.endsWith('@c.us') && found !== chat) {
        throw new SendError(`The chat goes on as ${found}.`, { reason: 'migrated', newThreadId: found })
      }
      known(chat)
    },
  }
}
