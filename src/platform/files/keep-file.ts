import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileTypeFromFile } from 'file-type'
import type { Database } from '../database/database.ts'
import { AppError } from '../errors.ts'
import { type FileRow, findFile, insertFile, insertPiece } from './files.store.ts'

const pieceBytes = 256 * 1024
const plainMime = /^[a-z]+\/[\w.+-]{1,100}$/i

export interface NewFile {
  projectId: number
  body: AsyncIterable<Uint8Array> | Uint8Array
  /** What the sender says it is; its content is believed first. */
  mime?: string | undefined
  maxBytes: number
  now: Date
}

/**
 * Keeps a file once by its content, and says what it is. It lies on the disk until all of it is here, so that a large one never
 * fills the memory and half of one is never kept. Throws `too_large`.
 */
export async function keepFile(db: Database, { projectId, body, mime, maxBytes, now }: NewFile): Promise<FileRow> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-file-'))
  const path = join(folder, 'content')
  try {
    const { hash, size } = await spool(path, body instanceof Uint8Array ? [body] : body, maxBytes)
    const known = await findFile(db, projectId, hash)
    if (known) return known
    const told = mime?.split(';')[0]?.trim().toLowerCase() ?? ''
    const found = size === 0 ? undefined : await fileTypeFromFile(path)
    const file = { hash, size, mime: found?.mime ?? (plainMime.test(told) ? told : 'application/octet-stream') }
    await db.transaction(async (tx) => {
      if (!(await insertFile(tx, projectId, file, now))) return
      let place = 0
      for await (const piece of createReadStream(path, { highWaterMark: pieceBytes })) {
        await insertPiece(tx, projectId, hash, place, piece)
        place++
      }
    })
    return file
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function spool(
  path: string,
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  maxBytes: number,
): Promise<{ hash: string; size: number }> {
  const digest = createHash('sha256')
  const file = await open(path, 'w', 0o600)
  let size = 0
  try {
    for await (const chunk of body) {
      size += chunk.byteLength
      if (size > maxBytes)
        throw new AppError('too_large', `The file has more than the ${maxBytes} bytes that are taken.`)
      digest.update(chunk)
      await file.write(chunk)
    }
  } finally {
    await file.close()
  }
  return { hash: digest.digest('hex'), size }
}
