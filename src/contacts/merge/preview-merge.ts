import type { Queryable } from '../../platform/database/database.ts'
import { invalidInput } from '../../platform/faults.ts'
import type { WorkContext } from '../../team/context.ts'
import type { Contact } from '../contact.ts'
import { chooseFields, type FieldChoice } from './choose-fields.ts'
import { addCounts, type Counts, type MergeFollower } from './merge.ts'
import { findPair, type MergeInput } from './merge-contacts.ts'

/** What a merge would do. */
export interface MergePreview {
  survivor: Contact
  second: Contact
  /** Every field that one of them has, and whose value would stay. */
  fields: FieldChoice[]
  /** The survivor's labels afterwards. */
  labels: string[]
  /** What each of them has; the second's would go to the survivor. */
  has: { survivor: Counts; second: Counts }
}

/** Says what a merge would do, and does nothing. Throws as the merge does. */
export async function previewMerge(
  db: Queryable,
  context: WorkContext,
  input: MergeInput,
  followers: readonly MergeFollower[],
): Promise<MergePreview> {
  const { survivor, second } = await findPair(db, context.projectId, input)
  const { choices, changes, faults } = chooseFields(survivor, second, input.choices ?? {}, context.now)
  if (faults.length > 0) throw invalidInput('merge', faults)
  const count = async (contactId: number) =>
    addCounts(await Promise.all(followers.map((follower) => follower.count(db, contactId))))
  return {
    survivor,
    second,
    fields: choices,
    labels: changes.labels ?? survivor.labels,
    has: { survivor: await count(survivor.id), second: await count(second.id) },
  }
}
