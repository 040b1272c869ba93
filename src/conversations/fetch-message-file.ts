import type { Queryable } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import { openFile } from '../platform/files/open-file.ts'
import type { ChannelAdapter } from './channel.ts'
import type { FetchedFile } from './channel-tools.ts'
import { findMessage } from './inbox.store.ts'

/** Kinds that a browser shows without running anything in them. */
const harmless = /^(image\/(png|jpeg|gif|webp|avif)|audio\/[\w.+-]+|video\/[\w.+-]+)$/

/**
 * The file of a message's part as an answer: passed through from the channel, or the address where it lies. Throws `not_found`,
 * and `unsupported` when the channel gives no files.
 */
export async function fetchMessageFile(
  db: Queryable,
  projectId: number,
  input: { messageId: number; part: number },
  adapterOf: (channelId: number) => Promise<ChannelAdapter>,
): Promise<Response> {
  const found = await findMessage(db, projectId, input.messageId)
  const part = found?.message.parts?.[input.part]
  if (!found || part?.type !== 'media') {
    throw new AppError('not_found', `Message ${input.messageId} has no file at part ${input.part}; parts count from 0.`)
  }
  if ('url' in part.file) return new Response(null, { status: 302, headers: { location: part.file.url } })
  const name = part.name ?? `file-${input.messageId}-${input.part}`
  if ('kept' in part.file) {
    const kept = await openFile(db, projectId, part.file.kept)
    return fileAnswer(kept, kept.mime, name)
  }
  const adapter = await adapterOf(found.channelId)
  if (!adapter.fetchFile) throw new AppError('unsupported', 'The channel of this message gives no files.')
  const file = await adapter.fetchFile(part.file.ref)
  return fileAnswer(file, file.mime ?? part.mime, part.name ?? file.name ?? name)
}

/** A channel's file as an answer; what could run something in a browser is only offered to be kept. */
export function fileAnswer(file: FetchedFile, mime = 'application/octet-stream', name: string): Response {
  const headers = new Headers({
    'content-type': mime,
    'content-disposition': `${harmless.test(mime) ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(name)}`,
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, max-age=3600',
  })
  if (file.size !== undefined) headers.set('content-length', String(file.size))
  return new Response(file.body, { headers })
}
