import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { type BlockPreset, blockUntil } from './block-until.ts'
import { type Contact, forever, isBlocked } from './contact.ts'
import { readLocale, updateContactRow } from './contacts.store.ts'
import { contactForUpdate } from './get-contact.ts'

export interface ContactBlock {
  contactId: number
  /** A moment, or one of the usual ends in the project's time zone. Without end when absent. */
  until?: Date | BlockPreset | null
  reason?: string | null
}

/**
 * Keeps a contact out until a moment: what they write is stored, counted and shown to nobody. The block ends by itself.
 * Throws `invalid` for a moment that is over, `not_found`.
 */
export async function blockContact(tx: Tx, context: WorkContext, input: ContactBlock): Promise<Contact> {
  const until = await readEnd(tx, context, input.until ?? 'forever')
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
    blockedAt: context.now,
    // A block that is only made longer goes on counting.
    blockedMessages: isBlocked(before, context.now) ? before.blockedMessages : 0,
    updatedAt: context.now,
  })
  const end = until.getTime() === forever.getTime() ? null : until.toISOString()
  await recordWork(tx, context, 'contact.blocked', { contactId: contact.id }, { until: end, reason })
  return contact
}

async function readEnd(tx: Tx, { projectId, now }: WorkContext, until: Date | BlockPreset): Promise<Date> {
  return until instanceof Date ? until : blockUntil(until, now, (await readLocale(tx, projectId)).timeZone)
}
