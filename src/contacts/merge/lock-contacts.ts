import type { Tx } from '../../platform/database/database.ts'
import { setSavepoint } from '../../platform/database/savepoint.ts'
import { AppError } from '../../platform/errors.ts'
import type { MergeFollower } from './merge.ts'
import { lockContactRows } from './merges.store.ts'

const tries = 20

/**
 * Locks contacts and all that messages of theirs come through, in the order of the message path: first the followers' locks
 * (threads), then the contacts. What appeared before the contacts were locked is taken if nobody holds it; if somebody does,
 * everything is let go and taken again, because a lock of a lower number must not be waited for while higher ones are held.
 * Throws `unavailable` when that does not end.
 */
export async function lockContacts(tx: Tx, contactIds: number[], followers: readonly MergeFollower[]): Promise<void> {
  const locks = followers.flatMap((follower) => follower.locks ?? [])
  for (let count = 0; count < tries; count++) {
    const savepoint = await setSavepoint(tx)
    const held: Set<number>[] = []
    for (const lock of locks) {
      const found = await lock.find(tx, contactIds)
      await lock.take(tx, found)
      held.push(new Set(found))
    }
    await lockContactRows(tx, contactIds)
    let complete = true
    for (const [index, lock] of locks.entries()) {
      const appeared = (await lock.find(tx, contactIds)).filter((id) => !held[index]!.has(id))
      if (appeared.length > 0 && !(await lock.takeFree(tx, appeared))) complete = false
    }
    if (complete) return savepoint.release()
    await savepoint.rollback()
    await savepoint.release()
  }
  throw new AppError('unavailable', 'New conversations of these contacts keep appearing; try again in a moment.')
}
