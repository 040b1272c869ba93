import type { Tx } from '../platform/database/database.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import { readLabels } from './add-labels.ts'
import type { Contact } from './contact.ts'
import { updateContactRow } from './contacts.store.ts'
import { contactForUpdate } from './get-contact.ts'

/** Takes labels off a contact; one that is not there changes and records nothing. Throws `invalid`, `not_found`. */
export async function removeLabels(
  tx: Tx,
  context: WorkContext,
  input: { contactId: number; labels: string[] },
): Promise<Contact> {
  const wanted = readLabels(input.labels)
  const before = await contactForUpdate(tx, context.projectId, input.contactId)
  const removed = wanted.filter((label) => before.labels.includes(label))
  if (removed.length === 0) return before
  const labels = before.labels.filter((label) => !removed.includes(label))
  const contact = await updateContactRow(tx, before.id, { labels, updatedAt: context.now })
  for (const label of removed)
    await recordWork(tx, context, 'contact.label_removed', { contactId: contact.id }, { label })
  return contact
}
