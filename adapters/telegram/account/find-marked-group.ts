import type { tl } from '@mtcute/core'
import type { TelegramClient } from '@mtcute/core/client.js'
import { latestChats } from './dialogs.ts'
import { refusalOf } from './vendor-error.ts'

/** The number of a supergroup of our own with this title and this mark for its description. */
export async function findMarkedGroup(
  client: TelegramClient,
  title: string,
  mark: string,
): Promise<number | undefined> {
  const ours = (await latestChats(client)).filter(
    (chat): chat is tl.RawChannel =>
      chat._ === 'channel' && chat.creator === true && chat.megagroup === true && chat.title === title,
  )
  for (const { id, accessHash } of ours) {
    if (accessHash && (await aboutOf(client, { _: 'inputChannel', channelId: id, accessHash })) === mark) return id
  }
  return undefined
}

async function aboutOf(client: TelegramClient, channel: tl.TypeInputChannel): Promise<string | undefined> {
  try {
    const { fullChat } = await client.call({ _: 'channels.getFullChannel', channel })
    return fullChat.about
  } catch (error) {
    // Left or closed meanwhile: not the one.
    if (/^CHANNEL_(PRIVATE|INVALID)$/.test(refusalOf(error)?.word ?? '')) return undefined
    throw error
  }
}
