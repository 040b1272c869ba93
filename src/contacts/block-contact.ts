import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { type Contact, forever } from './contact.ts'
import { updateContactRow } from './contacts.store.ts'
import { contactForUpdate } from './get-contact.ts'

export interface ContactBlock {
  contactId: number
  /** Without end when absent. */
  until?: Date | null
  reason?: string | null
}

/** Keeps a contact out until a moment. Throws `invalid` for a moment that is over, `not_found`. */
export async function blockContact(tx: Tx, context: WorkContext, input: ContactBlock): Promise<Contact> {
  const until = input.until ?? forever
  if (!(until > context.now)) {
    const message = `is ${until.toISOString()}, which is over; expected a moment to come, or none for a block without end`
    throw new AppError('invalid', `until ${message}.`, { faults: [{ path: 'until', message }] })
  }
  const before = await contactForUpdate(tx, context.projectId, input.contactId)
  const reason = input.reason?.trim().slice(0, 1000) || null
  const contact = await updateContactRow(tx, before.id, {
    blockedUntil: until,
    blockedReason: reason,
    blockedById: context.by.kind === 'operator' ? context.by.id : null,
    updatedAt: context.now,
  })
  const end = until.getTime() === forever.getTime() ? null : until.toISOString()
  await recordWork(tx, context, 'contact.blocked', { contactId: contact.id }, { until: end, reason })
  return contact
}
