import { open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../platform/errors.ts'
import { uuid } from '../../platform/ids.ts'

/** How a file's text is written down. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1251'

export interface SpooledUpload {
  path: string
  encoding: Encoding
  /** Removes the file. */
  drop(): Promise<void>
}

/** The largest file that is taken, in bytes. */
export const largestUpload = 50 * 1024 * 1024

/**
 * Writes an upload to a file of its own, piece by piece, and tells its encoding: by its byte order mark, by zero bytes
 * (UTF-16 without a mark), UTF-8 when all of it is that, else windows-1251. Throws `too_large`, and `invalid` for no bytes.
 */
export async function spoolUpload(body: AsyncIterable<Uint8Array>): Promise<SpooledUpload> {
  const path = join(tmpdir(), `parley-import-${uuid()}`)
  const drop = () => rm(path, { force: true })
  try {
    return { path, encoding: await write(path, body), drop }
  } catch (error) {
    await drop()
    throw error
  }
}

async function write(path: string, body: AsyncIterable<Uint8Array>): Promise<Encoding> {
  const file = await open(path, 'wx', 0o600)
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  let head = new Uint8Array()
  let isUtf8 = true
  let size = 0
  try {
    for await (const chunk of body) {
      size += chunk.length
      if (size > largestUpload) throw tooLarge()
      if (head.length < 4096) head = new Uint8Array(Buffer.concat([head, chunk.subarray(0, 4096)]))
      isUtf8 = isUtf8 && decodes(utf8, chunk)
      await file.write(chunk)
    }
  } finally {
    await file.close()
  }
  if (size === 0) throw new AppError('invalid', 'The body is empty; expected the bytes of a CSV file.')
  return wideEncoding(head) ?? (isUtf8 && decodes(utf8) ? 'utf-8' : 'windows-1251')
}

function wideEncoding(head: Uint8Array): Encoding | undefined {
  const [first, second] = head
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  // Spaces, digits, delimiters and line ends have a zero byte there, all on the same side.
  const zeros = [0, 0]
  head.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2]!++
  })
  const [before = 0, behind = 0] = zeros
  if (before + behind < head.length / 25 || (before > 0 && behind > 0)) return undefined
  return behind > 0 ? 'utf-16le' : 'utf-16be'
}

/** Feeds a decoder; without a chunk, its end. */
function decodes(decoder: InstanceType<typeof TextDecoder>, chunk?: Uint8Array): boolean {
  try {
    decoder.decode(chunk, { stream: chunk !== undefined })
    return true
  } catch {
    return false
  }
}

function tooLarge(): AppError {
  const megabytes = largestUpload / 1024 / 1024
  return new AppError('too_large', `The file is larger than ${megabytes} MB; split it, and import the parts.`)
}
