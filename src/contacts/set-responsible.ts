import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import type { Contact } from './contact.ts'
import { hasOperator, updateContactRow } from './contacts.store.ts'
import { contactForUpdate } from './get-contact.ts'

/**
 * Makes an operator responsible for a contact, or nobody (null). `why` is recorded with the change. Throws `not_found` when
 * the project has no such contact or operator.
 */
export async function setResponsible(
  tx: Tx,
  context: WorkContext,
  input: { contactId: number; operatorId: number | null; why?: object },
): Promise<Contact> {
  const { contactId, operatorId, why } = input
  const { projectId, now } = context
  const before = await contactForUpdate(tx, projectId, contactId)
  if (before.responsibleId === operatorId) return before
  if (operatorId !== null && !(await hasOperator(tx, projectId, operatorId)))
    throw new AppError('not_found', `There is no operator ${operatorId}.`)
  const contact = await updateContactRow(tx, contactId, { responsibleId: operatorId, updatedAt: now })
  const data = { from: before.responsibleId, to: operatorId, ...why }
  await recordWork(tx, context, 'contact.responsible_changed', { contactId }, data)
  return contact
}
