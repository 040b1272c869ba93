import type { FileLocation, tl } from '@mtcute/core'
import type { TelegramClient } from '@mtcute/core/client.js'
import type { FetchedFile } from '../../../src/conversations/channel-tools.ts'
import { AppError } from '../../../src/platform/errors.ts'
import { findChat } from './find-peer.ts'

/** A file that a message holds, and what tells Telegram to send it once more. */
export interface HeldFile {
  location: FileLocation
  inputMedia: tl.TypeInputMedia
  mime: string | undefined
  name: string | undefined
}

/** How long Telegram may be silent in the middle of a file, in milliseconds. */
const stallMs = 60_000

/**
 * Opens the file of a message, named `<chat>:<message>`. What Telegram gives to fetch a file with lapses after some hours, so the
 * message is asked for each time. Throws `not_found` when the message is gone.
 */
export async function fetchFile(client: TelegramClient, ref: string): Promise<FetchedFile> {
  const { location, mime, name } = await messageWithFile(client, ref)
  const chunks = client.downloadAsIterable(location, { stallTimeout: stallMs })
  // The first piece is awaited, so that a file that cannot be had is told as an error and not as a torn stream.
  const first = await chunks.next()
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => (first.done ? controller.close() : controller.enqueue(first.value)),
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await chunks.return?.(undefined)
    },
  })
  return {
    body,
    ...(mime !== undefined && { mime }),
    ...(name !== undefined && { name }),
    ...(location.fileSize !== undefined && { size: location.fileSize }),
  }
}

export async function messageWithFile(client: TelegramClient, ref: string): Promise<HeldFile> {
  const [chat, message] = /^(-?\d+):(\d+)$/.exec(ref)?.slice(1).map(Number) ?? []
  if (chat === undefined || message === undefined) {
    throw new AppError('invalid', `The file "${ref}" does not come from this account: expected <chat>:<message>.`)
  }
  const [found] = await client.getMessages(await findChat(client, { chat }), message)
  const media = found?.media
  if (media?.type === 'photo') {
    return { location: media, inputMedia: media.inputMedia, mime: 'image/jpeg', name: undefined }
  }
  if (media && 'mimeType' in media && 'inputMedia' in media) {
    const { mimeType, fileName, inputMedia } = media
    return { location: media, inputMedia, mime: mimeType, name: fileName ?? undefined }
  }
  throw new AppError('not_found', 'The message is gone from Telegram, or holds no file any more.')
}
