import type { ChannelContext } from '../../../../src/conversations/channel.ts'
import type { MediaPart } from '../../../../src/conversations/message.ts'
import { AppError } from '../../../../src/platform/errors.ts'
import { fileNameInUrl } from '../../../kit/file-name-in-url.ts'
import { limitStream } from '../../../kit/limit-stream.ts'
import type { Engine, EngineFile } from '../engine.ts'

/** How long a file may take to be fetched, in milliseconds. */
const fetchMs = 60_000

/** Opens the file of a part, wherever it is. Throws `too_large` above so many bytes, and `invalid` for an address that gives none. */
export async function openFile(
  part: Pick<MediaPart, 'file' | 'mime' | 'name'>,
  { http, files }: Pick<ChannelContext, 'http' | 'files'>,
  engine: Pick<Engine, 'download'>,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<EngineFile> {
  const told = { ...(part.name !== undefined && { name: part.name }) }
  if ('kept' in part.file) {
    const kept = await files.open(part.file.kept)
    const data = new Uint8Array(await new Response(limitStream(kept.body, maxBytes)).arrayBuffer())
    return { data, mime: part.mime ?? kept.mime, ...(kept.name !== undefined && { name: kept.name }), ...told }
  }
  if ('ref' in part.file) {
    const file = await engine.download(part.file.ref)
    if (file === undefined) throw new AppError('not_found', 'WhatsApp no longer has the file of this message.')
    return { ...file, ...told }
  }
  const { url } = part.file
  const request = {
    method: 'GET' as const,
    url,
    timeoutMs: fetchMs,
    maxResponseBytes: maxBytes,
    ...(signal && { signal }),
  }
  const { status, headers, body } = await http.request(request)
  if (status >= 500 || status === 429)
    throw new AppError('unavailable', `The file at ${url} was answered with ${status}.`)
  if (status !== 200) throw new AppError('invalid', `The file at ${url} was answered with ${status}; expected 200.`)
  const mime = part.mime ?? headers['content-type']?.split(';')[0]?.trim() ?? 'application/octet-stream'
  const name = fileNameInUrl(url)
  return { data: body, mime, ...(name !== '' && { name }), ...told }
}
