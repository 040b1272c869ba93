import type { Queryable, Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { invalidInput } from '../../platform/faults.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import type { Contact } from '../contact.ts'
import { updateContactRow } from '../contacts.store.ts'
import { chooseFields } from './choose-fields.ts'
import { journalFields } from './field-journal.ts'
import { lockContacts } from './lock-contacts.ts'
import type { ContactMerge, MergeFollower } from './merge.ts'
import { findOwnContacts, insertMerge, mergeOf } from './merges.store.ts'
import type { MergeChoice } from './merges.table.ts'

export interface MergeInput {
  /** The contact that stays. */
  survivorId: number
  /** The contact that is gone afterwards; its number leads to the survivor. */
  secondId: number
  /** Whose value stays, by field; see {@link chooseFields} for the rest. */
  choices?: Record<string, MergeChoice>
}

/**
 * Makes one contact of two: all that the second has goes to the survivor. Safe while messages of both arrive. Throws
 * `not_found`, `conflict` when one of them was merged already, and `invalid` for choices of fields that neither has.
 */
export async function mergeContacts(
  tx: Tx,
  context: WorkContext,
  input: MergeInput,
  followers: readonly MergeFollower[],
): Promise<{ merge: ContactMerge; contact: Contact }> {
  const { survivorId, secondId } = input
  await findPair(tx, context.projectId, input)
  await lockContacts(tx, [survivorId, secondId], followers)
  const { survivor, second } = await findPair(tx, context.projectId, input)
  const { changes, faults, choices } = chooseFields(survivor, second, input.choices ?? {}, context.now)
  if (faults.length > 0) throw invalidInput('merge', faults)

  const merging = { projectId: context.projectId, survivorId, secondId, now: context.now }
  const journal: Record<string, unknown> = { fields: journalFields(survivor, changes) }
  for (const follower of followers) journal[follower.name] = await follower.move(tx, merging)
  await updateContactRow(tx, secondId, { mergedIntoId: survivorId })
  const contact = await updateContactRow(tx, survivorId, { ...changes, updatedAt: context.now })
  const merge = await insertMerge(tx, {
    projectId: context.projectId,
    survivorId,
    mergedId: secondId,
    choices: Object.fromEntries(choices.filter((each) => each.differs).map(({ field, choice }) => [field, choice])),
    journal,
    by: context.by,
    at: context.now,
  })
  await recordWork(
    tx,
    context,
    'contact.merged',
    { contactId: survivorId },
    { merge: merge.id, mergedContact: secondId },
  )
  return { merge, contact }
}

/** Both contacts as they are; throws `not_found` and `conflict` when they cannot be merged. */
export async function findPair(
  db: Queryable,
  projectId: number,
  { survivorId, secondId }: Pick<MergeInput, 'survivorId' | 'secondId'>,
): Promise<{ survivor: Contact; second: Contact }> {
  if (survivorId === secondId) throw new AppError('conflict', `Contact ${survivorId} cannot be merged with itself.`)
  const found = new Map((await findOwnContacts(db, projectId, [survivorId, secondId])).map((row) => [row.id, row]))
  for (const id of [survivorId, secondId]) {
    const contact = found.get(id)
    if (!contact) throw new AppError('not_found', `There is no contact ${id} in this project.`)
    if (contact.mergedIntoId === null) continue
    const merge = await mergeOf(db, id)
    throw new AppError(
      'conflict',
      `Contact ${id} was merged into contact ${contact.mergedIntoId} already${merge ? `, by merge ${merge.id}` : ''}.`,
    )
  }
  return { survivor: found.get(survivorId)!, second: found.get(secondId)! }
}
