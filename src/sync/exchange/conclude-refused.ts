import { AppError } from '../../platform/errors.ts'
import type { CrmEntity } from '../crm.ts'
import { type Batch, conclude } from './batch.ts'
import { beginAnew, type Missing } from './begin-anew.ts'
import { failedPush } from './failed-push.ts'
import { readAll } from './read-first.ts'

/** A push that the vendor refused, and the link of what may have been deleted there. */
export interface Refused extends Missing {
  error: unknown
}

/** Whether an error says that what was to be changed is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof AppError && error.code === 'not_found'
}

/** Concludes pushes that the vendor refused; where that is because something was deleted there without our hearing of it, they begin anew. */
export async function concludeRefused(batch: Batch, entity: CrmEntity, refused: readonly Refused[]): Promise<void> {
  if (refused.length === 0) return
  const ids = new Set(refused.map(({ link }) => link.externalId))
  const there = await readAll(
    batch.exchange,
    entity,
    [...ids].map((id) => ({ id })),
  )
  for (const { push, link, error } of refused)
    if (there.has(link.externalId)) conclude(batch, [push], failedPush(batch, push, error, false))
  await beginAnew(
    batch,
    refused.filter(({ link }) => !there.has(link.externalId)),
  )
}
