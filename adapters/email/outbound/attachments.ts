import type { ChannelContext } from '../../../src/conversations/channel.ts'
import type { MediaPart, OutboundPart } from '../../../src/conversations/message.ts'
import { AppError } from '../../../src/platform/errors.ts'
import { fileNameInUrl } from '../../kit/file-name-in-url.ts'
import type { EmailSettings } from '../settings.ts'

/** A file on its way out. */
export interface OutboundFile {
  filename: string
  contentType?: string
  content: Buffer
}

/** Gets the files of a message, kept ones and those at an address. Throws `too_large`, and `unsupported` for another channel's own. */
export async function outboundFiles(
  context: Pick<ChannelContext<EmailSettings>, 'files' | 'http' | 'channel'>,
  parts: readonly OutboundPart[],
  signal: AbortSignal,
): Promise<OutboundFile[]> {
  const { maxAttachmentBytes } = context.channel.settings
  const files: OutboundFile[] = []
  for (const part of parts) {
    if (part.type === 'media') files.push(await fetchFile(context, part, maxAttachmentBytes, signal))
  }
  return files
}

async function fetchFile(
  { files, http }: Pick<ChannelContext, 'files' | 'http'>,
  part: MediaPart,
  maxBytes: number,
  signal: AbortSignal,
): Promise<OutboundFile> {
  if ('kept' in part.file) {
    const { body, mime, size } = await files.open(part.file.kept)
    if (size > maxBytes) {
      await body.cancel()
      throw new AppError('too_large', `The file has ${size} bytes; maxAttachmentBytes allows ${maxBytes}.`)
    }
    return named(part, mime, Buffer.from(await new Response(body).arrayBuffer()))
  }
  if ('url' in part.file) {
    const { url } = part.file
    const { status, headers, body, finalUrl } = await http.request({
      method: 'GET',
      url,
      timeoutMs: 60_000,
      maxResponseBytes: maxBytes,
      signal,
    })
    if (status !== 200) {
      const retryable = status === 429 || status >= 500
      throw new AppError(retryable ? 'unavailable' : 'invalid', `The file at ${url} cannot be had: ${status}.`)
    }
    const last = fileNameInUrl(finalUrl)
    const name = /\.\w{1,8}$/.test(last) ? last : undefined
    return named(part, headers['content-type']?.split(';')[0]?.trim(), Buffer.from(body), name)
  }
  throw new AppError('unsupported', 'A file of another channel has to be kept before it can be sent by e-mail.')
}

const endings: Record<string, string> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'ogg',
  'video/mp4': 'mp4',
  'application/pdf': 'pdf',
  'text/plain': 'txt',
}

function named(part: MediaPart, mime: string | undefined, content: Buffer, name?: string): OutboundFile {
  const contentType = part.mime ?? mime
  const ending = endings[contentType ?? '']
  const filename = part.name ?? name ?? (ending === undefined ? part.media : `${part.media}.${ending}`)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const safe = filename.replaceAll(/[\u0000-\u001f/\\]/g, '_').slice(0, 200)
  return { filename: safe, ...(contentType !== undefined && { contentType }), content }
}
