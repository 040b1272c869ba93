import type { ChannelState } from '../../../src/conversations/channel-tools.ts'
import type { ChannelEvent } from '../../../src/conversations/event.ts'

/**
 * Groups that the account made together with a bot of the project: the bot's channel tells what is said there, so the account's
 * does not, or each message would be kept twice.
 */
export interface BotGroups {
  /** Remembers the group of a thread, also over a restart. */
  note(thread: string): Promise<void>
  /** No bot came in: the account itself tells of the group. */
  forget(thread: string): Promise<void>
  /** What is not told by a bot's channel. */
  without(events: ChannelEvent[]): Promise<ChannelEvent[]>
}

export function createBotGroups(state: ChannelState): BotGroups {
  const known = new Map<string, boolean>()

  async function write(thread: string, hasBot: boolean): Promise<void> {
    const group = groupOf(thread)
    if (known.get(group) === hasBot) return
    await state.write(nameOf(group), hasBot ? 'yes' : undefined)
    known.set(group, hasBot)
  }

  async function has(thread: string): Promise<boolean> {
    const group = groupOf(thread)
    const found = known.get(group)
    if (found !== undefined) return found
    const read = (await state.read(nameOf(group))) !== undefined
    // It may have been noted meanwhile.
    if (!known.has(group)) known.set(group, read)
    return known.get(group) === true
  }

  return {
    note: (thread) => write(thread, true),
    forget: (thread) => write(thread, false),
    async without(events) {
      const told: ChannelEvent[] = []
      for (const event of events) {
        if (event.thread?.kind !== 'group' || !(await has(event.thread.id))) told.push(event)
      }
      return told
    },
  }
}

/** The group that a topic belongs to, or the thread itself. */
const groupOf = (thread: string) => thread.split('/')[0] ?? thread
const nameOf = (group: string) => `bot_in:${group}`
