import type { FetchedFile } from '../../../src/conversations/channel-tools.ts'
import { AppError } from '../../../src/platform/errors.ts'
import { limitStream } from '../../kit/limit-stream.ts'
import type { GraphClient } from './graph-client.ts'

/** The largest file of all, a document (developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media). */
export const largestFile = 100 * 1024 * 1024

/**
 * Opens a file by its media id. The vendor gives an address that is good for five minutes and asks for the token; ids that
 * came with messages are good for seven days.
 */
export async function fetchFile(client: GraphClient, phoneNumberId: string, ref: string): Promise<FetchedFile> {
  if (!/^[\w-]{1,100}$/.test(ref)) throw new AppError('not_found', `"${ref}" is no media id of WhatsApp.`)
  const media = await client.call<{ url?: string; mime_type?: string; file_size?: number | string }>({
    path: ref,
    query: { phone_number_id: phoneNumberId },
  })
  if (!media.url) throw new AppError('not_found', 'WhatsApp gives no address for this file: it is no longer kept.')
  const file = await client.open(media.url)
  if (file.status !== 200) {
    await file.body.cancel()
    const code = file.status === 404 ? 'not_found' : 'unavailable'
    throw new AppError(code, `WhatsApp did not give the file: it answered ${file.status}.`)
  }
  const size = file.size ?? (media.file_size === undefined ? undefined : Number(media.file_size))
  if (size !== undefined && size > largestFile) {
    await file.body.cancel()
    throw new AppError('too_large', `The file has ${size} bytes: expected at most ${largestFile}.`)
  }
  const mime = media.mime_type ?? file.type
  return {
    body: limitStream(file.body, largestFile),
    ...(mime && { mime }),
    ...(size !== undefined && { size }),
  }
}
