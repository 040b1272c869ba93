import type { Queryable, Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import type { Contact } from '../contact.ts'
import { updateContactRow } from '../contacts.store.ts'
import { type FieldJournal, restoredFields } from './field-journal.ts'
import { lockContacts } from './lock-contacts.ts'
import type { ContactMerge, MergeFollower, UndoPlan, Unmerging } from './merge.ts'
import { findMerge, findOwnContacts, laterMerge, mergeOf, updateMerge } from './merges.store.ts'

/**
 * Parts two contacts that were merged. Both get back what they had; what came after the merge goes with the identity it came
 * by, and what has none stays with the survivor, as do values and labels that were changed since. Throws `not_found`, and
 * `conflict` when the merge is undone already or another one has to be undone first.
 */
export async function undoMerge(
  tx: Tx,
  context: WorkContext,
  input: { mergeId: number },
  followers: readonly MergeFollower[],
): Promise<{ survivor: Contact; restored: Contact; merge: ContactMerge }> {
  const { projectId, now } = context
  const found = await getMerge(tx, projectId, input.mergeId)
  await lockContacts(tx, [found.survivorId, found.mergedId], followers)
  const merge = await getMerge(tx, projectId, input.mergeId)
  const obstacle = await undoObstacle(tx, merge)
  if (obstacle) throw new AppError('conflict', obstacle)

  const { unmerging, plans } = await planUndo(tx, merge, now, followers)
  const restored = await updateContactRow(tx, merge.mergedId, { mergedIntoId: null, updatedAt: now })
  for (const [index, follower] of followers.entries()) {
    await follower.restore(tx, unmerging, merge.journal[follower.name], plans[index]!)
  }
  const [before] = await findOwnContacts(tx, projectId, [merge.survivorId])
  const survivor = await updateContactRow(tx, merge.survivorId, {
    ...restoredFields(before!, merge.journal.fields as FieldJournal),
    updatedAt: now,
  })
  const undone = await updateMerge(tx, merge.id, { undoneAt: now, undoneBy: context.by })
  // Both are told of, so that a receiver gets both as they are now.
  const data = { merge: merge.id, survivor: merge.survivorId, restoredContact: merge.mergedId }
  await recordWork(tx, context, 'contact.unmerged', { contactId: merge.survivorId }, data)
  await recordWork(tx, context, 'contact.unmerged', { contactId: merge.mergedId }, data)
  return { survivor, restored, merge: undone }
}

/** The merge of that number; throws `not_found`. */
export async function getMerge(db: Queryable, projectId: number, id: number): Promise<ContactMerge> {
  const merge = await findMerge(db, projectId, id)
  if (merge) return merge
  throw new AppError('not_found', `There is no merge ${id} in this project.`)
}

/** Why a merge cannot be undone now, in a sentence; undefined when it can. */
export async function undoObstacle(db: Queryable, merge: ContactMerge): Promise<string | undefined> {
  const { id, survivorId, undoneAt } = merge
  if (undoneAt) return `Merge ${id} was undone already, at ${undoneAt.toISOString()}.`
  const next = await mergeOf(db, survivorId)
  if (next) {
    return `Contact ${survivorId} was itself merged into contact ${next.survivorId} later; undo merge ${next.id} first.`
  }
  const later = await laterMerge(db, survivorId, id)
  return later && `Contact ${survivorId} took in contact ${later.mergedId} later; undo merge ${later.id} first.`
}

/** What each follower would give back, in their order. */
export async function planUndo(
  db: Queryable,
  merge: ContactMerge,
  now: Date,
  followers: readonly MergeFollower[],
): Promise<{ unmerging: Unmerging; plans: UndoPlan[] }> {
  const { projectId, survivorId, mergedId: secondId } = merge
  let unmerging: Unmerging = { projectId, survivorId, secondId, now, going: {} }
  const plans: UndoPlan[] = []
  for (const follower of followers) {
    const plan = await follower.plan(db, unmerging, merge.journal[follower.name])
    unmerging = { ...unmerging, going: { ...unmerging.going, ...plan.going } }
    plans.push(plan)
  }
  return { unmerging, plans }
}
