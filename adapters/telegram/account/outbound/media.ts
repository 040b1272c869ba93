import type { InputMediaLike } from '@mtcute/core'
import type { TelegramClient } from '@mtcute/core/client.js'
import type { ChannelContext } from '../../../../src/conversations/channel.ts'
import type { MediaKind, MediaPart } from '../../../../src/conversations/message.ts'
import { AppError } from '../../../../src/platform/errors.ts'
import { fileNameInUrl } from '../../../kit/file-name-in-url.ts'
import { limitStream } from '../../../kit/limit-stream.ts'
import { messageWithFile } from '../fetch-file.ts'

/** The largest file that we send, in bytes. Telegram takes 2 GB, but whatever is sent passes through this program. */
const largestFile = 200 * 1024 * 1024
/** The largest file that is fetched from an address, which is held in memory meanwhile. */
const largestFetched = 50 * 1024 * 1024
const fetchTimeoutMs = 60_000

type Tools = Pick<ChannelContext, 'http' | 'files'>

/** A file to be sent: our own and addresses' are uploaded, one that came by this account is sent again as it is. */
export async function mediaOf(
  client: TelegramClient,
  { http, files }: Tools,
  part: MediaPart,
  signal: AbortSignal,
): Promise<InputMediaLike> {
  if ('ref' in part.file) return (await messageWithFile(client, part.file.ref)).inputMedia
  if ('kept' in part.file) {
    const { body, mime, size, name } = await files.open(part.file.kept)
    return uploaded(part, limitStream(body, largestFile), { mime, size, name })
  }
  const { url } = part.file
  const answer = await http.request({
    method: 'GET',
    url,
    timeoutMs: fetchTimeoutMs,
    maxResponseBytes: largestFetched,
    signal,
  })
  if (answer.status !== 200) {
    const code = answer.status >= 500 ? 'unavailable' : 'invalid'
    throw new AppError(code, `The file at ${url} cannot be sent: its server answered ${answer.status}.`)
  }
  const name = fileNameInUrl(answer.finalUrl)
  const [mime] = (answer.headers['content-type'] ?? '').split(';')
  return uploaded(part, answer.body, { size: answer.body.byteLength, mime, name })
}

function uploaded(
  part: MediaPart,
  file: ReadableStream<Uint8Array> | Uint8Array,
  told: { size: number; mime?: string | undefined; name?: string | undefined },
): InputMediaLike {
  const mime = part.mime ?? told.mime
  const fileName = withExtension(part.name ?? told.name ?? '', part.media, mime)
  const base = { file, fileSize: told.size, fileName, ...(mime && { fileMime: mime }) }
  const duration = part.duration === undefined ? {} : { duration: part.duration }
  const size = {
    ...(part.width !== undefined && { width: part.width }),
    ...(part.height !== undefined && { height: part.height }),
  }
  const spoiler = part.spoiler ? { spoiler: true } : {}
  switch (part.media) {
    case 'image':
      return { type: 'photo', ...base, ...spoiler }
    case 'video':
      return { type: 'video', supportsStreaming: true, ...base, ...duration, ...size, ...spoiler }
    case 'video_note':
      return { type: 'video', isRound: true, ...base, ...duration, ...size }
    case 'animation':
      return { type: 'video', isAnimated: true, ...base, ...duration, ...size, ...spoiler }
    case 'audio':
      return { type: 'audio', ...base, ...duration }
    case 'voice':
      // Telegram plays OGG with Opus as a voice message.
      return { type: 'voice', ...base, ...duration, fileMime: 'audio/ogg' }
    case 'sticker':
      return { type: 'sticker', ...base, ...(part.emoji && { alt: part.emoji }) }
    case 'document':
      return { type: 'document', ...base }
  }
}

/** Telegram wants files to have names with an extension. */
function withExtension(name: string, media: MediaKind, mime: string | undefined): string {
  if (/[^.]\.\w{1,8}$/.test(name)) return name
  const known = { 'application/pdf': 'pdf', 'text/plain': 'txt', 'image/png': 'png', 'image/jpeg': 'jpg' }[mime ?? '']
  return `${name === '' ? 'file' : name}.${known ?? extensions[media]}`
}

const extensions: Record<MediaKind, string> = {
  image: 'jpg',
  video: 'mp4',
  video_note: 'mp4',
  animation: 'mp4',
  audio: 'mp3',
  voice: 'ogg',
  sticker: 'webp',
  document: 'bin',
}

/** Whether Telegram shows a text under this kind of media. */
export function takesCaption(part: MediaPart): boolean {
  return part.media !== 'video_note' && part.media !== 'sticker'
}
