import { AppError } from '../../platform/errors.ts'
import { type Batch, conclude } from './batch.ts'
import { soonMs } from './failed-push.ts'
import type { CrmLink } from './link.ts'
import type { CrmPush } from './push.ts'
import { noteGone } from './unlink.ts'

/** A push, and what it is about that is not there any more. */
export interface Missing {
  push: CrmPush
  link: CrmLink
}

/** Notes what was deleted there; the pushes begin anew, knowing that: they end then, unless a flow wants it made again. */
export async function beginAnew(batch: Batch, missing: readonly Missing[]): Promise<void> {
  if (missing.length === 0) return
  const { db, clock } = batch.exchange
  const links = new Map(missing.map(({ link }) => [link.id, link]))
  await db.transaction((tx) => noteGone(tx, batch.exchange, [...links.values()]))
  const { message: error, code: errorCode } = deletedThere
  const at = new Date(clock.now().getTime() + soonMs)
  for (const { push } of missing) conclude(batch, [push], { status: 'again', at, error, errorCode, free: true })
}

const deletedThere = new AppError('not_found', 'It was deleted in the other CRM.')
