import type { Queryable } from '../database/database.ts'
import { AppError } from '../errors.ts'
import { findFile, readPiece } from './files.store.ts'

/** Opens a kept file; its pieces are read as they are asked for. Throws `not_found`. */
export async function openFile(
  db: Queryable,
  projectId: number,
  hash: string,
): Promise<{ body: ReadableStream<Uint8Array>; mime: string; size: number }> {
  const file = await findFile(db, projectId, hash)
  if (!file) throw new AppError('not_found', `There is no file ${hash.slice(0, 64)} in this project.`)
  let place = 0
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const piece = await readPiece(db, projectId, hash, place++)
      if (piece) controller.enqueue(new Uint8Array(piece))
      else controller.close()
    },
  })
  return { body, mime: file.mime, size: file.size }
}
