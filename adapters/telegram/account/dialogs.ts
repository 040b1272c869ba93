import { Long, type tl } from '@mtcute/core'
import type { TelegramClient } from '@mtcute/core/client.js'

/** Conversations that are looked through; those where something was said last come first. */
const looked = 100
/** How often they are loaded at most only to meet their people, in milliseconds of the machine's time. */
const everyMs = 10 * 60_000

const loadedAt = new WeakMap<TelegramClient, number>()

/** The groups of the account's latest conversations. Whoever is in them is known to the library from then on. */
export async function latestChats(client: TelegramClient): Promise<tl.TypeChat[]> {
  loadedAt.set(client, performance.now())
  const dialogs = await client.call({
    _: 'messages.getDialogs',
    offsetDate: 0,
    offsetId: 0,
    offsetPeer: { _: 'inputPeerEmpty' },
    limit: looked,
    hash: Long.ZERO,
  })
  return dialogs._ === 'messages.dialogsNotModified' ? [] : dialogs.chats
}

/** Meets the people and groups of the latest conversations, unless that was done not long ago. Tells whether it was done now. */
export async function meetDialogs(client: TelegramClient): Promise<boolean> {
  const last = loadedAt.get(client)
  if (last !== undefined && performance.now() - last < everyMs) return false
  await latestChats(client)
  return true
}
