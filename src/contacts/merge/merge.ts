import type { Queryable, Tx } from '../../platform/database/database.ts'
import type { contactMerges } from './merges.table.ts'

/** That one contact took in another. */
export type ContactMerge = typeof contactMerges.$inferSelect

/** How many there are of what, by the word for it: `{ conversations: 2, messages: 40 }`. */
export type Counts = Record<string, number>

/** A merge that is being made: what belongs to the second contact goes to the survivor. */
export interface Merging {
  projectId: number
  survivorId: number
  secondId: number
  now: Date
}

/** A merge that is being undone: what belongs to the second contact goes back to it. */
export interface Unmerging extends Merging {
  /** What goes back, by its word, as far as the followers before have said: `identities`, `conversations`, `deals` … */
  going: Readonly<Record<string, readonly number[]>>
}

/** What an undo does, before it is done. */
export interface UndoPlan {
  /** Numbers of rows that go back to the second contact, by their word; later followers go by them. */
  going: Record<string, number[]>
  goes: Counts
  /** What came after the merge and stays with the survivor. */
  stays: Counts
}

/**
 * What a merge needs of a module whose rows belong to contacts. All of it runs while both contacts and the locks of every
 * follower are held; followers are called in the order of the modules, the lowest first.
 */
export interface MergeFollower<Journal = unknown> {
  /** Names its part of the journal. */
  readonly name: string
  /**
   * Locks that others take before the row of a contact. They are taken in the order of their numbers, and looked for anew
   * once the contacts are locked, because new ones may have appeared.
   */
  readonly locks?: {
    find(db: Queryable, contactIds: number[]): Promise<number[]>
    take(tx: Tx, locks: number[]): Promise<void>
    /** Takes those that nobody holds, without waiting; false when somebody holds one. */
    takeFree(tx: Tx, locks: number[]): Promise<boolean>
  }
  /** What a contact has of this module, for the preview. */
  count(db: Queryable, contactId: number): Promise<Counts>
  /** Gives everything of the second contact to the survivor; answers what {@link restore} needs, as JSON. */
  move(tx: Tx, merging: Merging): Promise<Journal>
  /**
   * Says what goes back: what the second contact had, and what came since by something that goes back. Changes nothing, so
   * that it serves the preview too.
   */
  plan(db: Queryable, unmerging: Unmerging, journal: Journal): Promise<UndoPlan>
  /** Gives back what was planned. */
  restore(tx: Tx, unmerging: Unmerging, journal: Journal, plan: UndoPlan): Promise<void>
}

/** The sum of what several followers count; what there is none of is left out. */
export function addCounts(counts: readonly Counts[]): Counts {
  const sum: Counts = {}
  for (const [word, count] of counts.flatMap((each) => Object.entries(each))) {
    if (count > 0) sum[word] = (sum[word] ?? 0) + count
  }
  return sum
}
