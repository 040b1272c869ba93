import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { getContact } from '../get-contact.ts'
import { insertDismissal } from './twins.store.ts'

/** Notes that two contacts are two persons: they are not suggested as twins again. Throws `not_found`, `conflict`. */
export async function dismissTwins(
  tx: Tx,
  context: WorkContext,
  input: { contactId: number; otherId: number },
): Promise<void> {
  const { projectId, now, by } = context
  const { id: one } = await getContact(tx, projectId, input.contactId)
  const { id: other } = await getContact(tx, projectId, input.otherId)
  if (one === other) throw new AppError('conflict', `Contact ${one} is no twin of itself.`)
  const row = { firstId: Math.min(one, other), secondId: Math.max(one, other), projectId, by, at: now }
  if (!(await insertDismissal(tx, row))) return
  await recordWork(tx, context, 'contact.twin_dismissed', { contactId: one }, { other })
}
