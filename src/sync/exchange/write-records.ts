import { AppError } from '../../platform/errors.ts'
import type { CrmEntity, CrmWrite, CrmWritten } from '../crm.ts'
import type { Batch } from './batch.ts'
import { isOfAccount, notTried } from './failed-push.ts'
import type { CrmPush } from './push.ts'

/** Something to write, and the push that it is for. */
export interface Piece {
  push: CrmPush
  write: CrmWrite
}

/** What became of it. `begun`: nobody knows whether it was done. */
export type Attempted = Extract<CrmWritten, { ok: true }> | { ok: false; error: unknown; begun: boolean }

/**
 * Writes things of one kind, all new or all there already, by as few requests as possible. What the vendor refuses as a whole is taken
 * apart until the culprit stands alone. When the vendor cannot be asked at all, the rest is left.
 */
export async function writeRecords(batch: Batch, entity: CrmEntity, pieces: readonly Piece[]): Promise<Attempted[]> {
  const results = new Map<Piece, Attempted>()
  const { batch: most } = batch.exchange.adapter.abilities()
  for (const chunk of slices(pieces, most)) await writeChunk(batch, entity, chunk, results)
  return pieces.map((piece) => results.get(piece)!)
}

export function slices<Item>(items: readonly Item[], size: number): Item[][] {
  const count = Math.ceil(items.length / size)
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size))
}

async function writeChunk(
  batch: Batch,
  entity: CrmEntity,
  chunk: readonly Piece[],
  results: Map<Piece, Attempted>,
): Promise<void> {
  const { adapter, signal } = batch.exchange
  const all = (result: Attempted) => {
    for (const piece of chunk) results.set(piece, result)
  }
  if (batch.trouble !== undefined || signal.aborted) return all({ ok: false, error: notTried, begun: false })
  try {
    batch.wrote = true
    const answers = await adapter.write(
      entity,
      chunk.map(({ write }) => write),
      signal,
    )
    chunk.forEach((piece, index) => {
      results.set(piece, attempted(answers[index]))
    })
  } catch (error) {
    const isRefused = error instanceof AppError && !error.retryable && !isOfAccount(error)
    if (isRefused && chunk.length > 1) {
      for (const half of slices(chunk, Math.ceil(chunk.length / 2))) await writeChunk(batch, entity, half, results)
      return
    }
    if (!isRefused) batch.trouble = error
    all({ ok: false, error, begun: !isRefused && !isOfAccount(error) })
  }
}

function attempted(answer: CrmWritten | undefined): Attempted {
  if (answer?.ok) return answer
  const error = answer?.error ?? new AppError('internal', 'The other CRM did not tell what became of it.')
  return { ok: false, error, begun: answer === undefined }
}
