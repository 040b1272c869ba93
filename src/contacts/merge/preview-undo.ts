import type { Queryable } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { addCounts, type ContactMerge, type Counts, type MergeFollower } from './merge.ts'
import { getMerge, planUndo, undoObstacle } from './undo-merge.ts'

/** What the undo of a merge would do. */
export interface UndoPreview {
  merge: ContactMerge
  /** Why it cannot be undone now; null when it can. */
  obstacle: string | null
  /** What would go back to the second contact. */
  goes: Counts
  /** What came after the merge and would stay with the survivor, because it came by none of the second's identities. */
  stays: Counts
}

/** Says what the undo of a merge would do, and does nothing. Throws `not_found`. */
export async function previewUndo(
  db: Queryable,
  context: WorkContext,
  input: { mergeId: number },
  followers: readonly MergeFollower[],
): Promise<UndoPreview> {
  const merge = await getMerge(db, context.projectId, input.mergeId)
  const obstacle = (await undoObstacle(db, merge)) ?? null
  if (obstacle !== null) return { merge, obstacle, goes: {}, stays: {} }
  const { plans } = await planUndo(db, merge, context.now, followers)
  return {
    merge,
    obstacle,
    goes: addCounts(plans.map((plan) => plan.goes)),
    stays: addCounts(plans.map((plan) => plan.stays)),
  }
}
