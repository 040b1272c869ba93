import { getContact } from '../../contacts/get-contact.ts'
import type { Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import type { Operator } from '../../team/operator.ts'
import { operatorForUpdate } from '../../team/read-operator.ts'
import { recordWork } from '../../team/record-work.ts'
import { setOperatorsContact } from './notices.store.ts'

/**
 * Tells which contact an operator is as a person, so that reminders come as messages in the conversation where that contact
 * wrote last; null takes it away. Throws `not_found`.
 */
export async function linkOperator(
  tx: Tx,
  context: WorkContext,
  input: { operatorId: number; contactId: number | null },
): Promise<Operator> {
  const operator = await operatorForUpdate(tx, context.projectId, input.operatorId)
  const contactId = input.contactId === null ? null : (await getContact(tx, context.projectId, input.contactId)).id
  if (contactId === operator.contactId) return operator
  await setOperatorsContact(tx, operator.id, contactId)
  const data = { operatorId: operator.id, fields: ['contactId'] }
  await recordWork(tx, context, 'operator.updated', {}, data)
  return { ...operator, contactId }
}
