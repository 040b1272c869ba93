import type { ChannelState } from '../../../src/conversations/channel-tools.ts'
import type { ChannelEvent, ThreadRef } from '../../../src/conversations/event.ts'
import { AppError } from '../../../src/platform/errors.ts'
import { type Engine, isGroup } from './engine.ts'
import { plainId } from './ids.ts'

/** Finds the thread of a chat. */
export interface Threads {
  /**
   * A group is its own thread. A person's is their number's, `15550100@c.us`, under whichever of their ids they write; while WhatsApp
   * does not tell the number it is `990001@lid`, and `moved` says that the thread goes on under the number once it does.
   */
  of(chat: string): Promise<{ thread: ThreadRef; moved?: ChannelEvent }>
  /** A group is called otherwise now. */
  rename(chat: string, title: string): void
}

/** Where the threads of people without a number are remembered. */
const stateName = 'lid_threads'

export function createThreads(
  engine: Pick<Engine, 'idsOf' | 'titleOf'>,
  state: ChannelState,
  now: () => Date,
): Threads {
  const titles = new Map<string, string>()
  let hidden: Promise<Set<string>> | undefined

  const readHidden = (): Promise<Set<string>> => {
    hidden ??= state.read(stateName).then((text) => new Set<string>(JSON.parse(text ?? '[]')))
    // A database that does not answer now is asked again.
    return hidden.catch((error: unknown) => {
      hidden = undefined
      throw error
    })
  }
  /** What could not be noted is not remembered either, so that another try notes it. */
  const change = async (lids: Set<string>, lid: string, isHidden: boolean) => {
    if (isHidden) lids.add(lid)
    else lids.delete(lid)
    try {
      await state.write(stateName, lids.size === 0 ? undefined : JSON.stringify([...lids]))
    } catch (error) {
      if (isHidden) lids.delete(lid)
      else lids.add(lid)
      throw error
    }
  }

  async function titleOf(chat: string): Promise<string | undefined> {
    const known = titles.get(chat)
    if (known !== undefined) return known
    const title = await engine.titleOf(chat).catch(() => undefined)
    if (title) titles.set(chat, title)
    return title || undefined
  }

  return {
    async of(chat) {
      const id = plainId(chat)
      if (isGroup(id)) {
        const title = await titleOf(id)
        return { thread: { id, kind: 'group', ...(title !== undefined && { title }) } }
      }
      const { phone, lid } = await engine.idsOf(id)
      const lids = await readHidden()
      if (phone === undefined) {
        if (!lids.has(id)) await change(lids, id, true)
        return { thread: { id, kind: 'direct' } }
      }
      if (lid === undefined || !lids.has(lid)) return { thread: { id: phone, kind: 'direct' } }
      await change(lids, lid, false)
      const moved: ChannelEvent = {
        kind: 'migration',
        externalId: `migration:${lid}`,
        thread: { id: lid, kind: 'direct' },
        at: now().toISOString(),
        newThreadId: phone,
      }
      return { thread: { id: phone, kind: 'direct' }, moved }
    },
    rename: (chat, title) => void titles.set(plainId(chat), title),
  }
}

/** Reads a thread's id back. Throws `invalid` for one that is no chat of WhatsApp. */
export function chatOf(thread: string): string {
  if (/^\d+@(c\.us|lid)$|^[\d-]+@g\.us$/.test(thread)) return thread
  throw new AppError(
    'invalid',
    `The thread "${thread}" is no chat of WhatsApp: expected one such as 15550100@c.us, 990001@lid or 120363@g.us.`,
  )
}
