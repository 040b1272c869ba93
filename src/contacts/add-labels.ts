import type { Tx } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { WorkContext } from '../team/context.ts'
import { recordWork } from '../team/record-work.ts'
import type { Contact } from './contact.ts'
import { updateContactRow } from './contacts.store.ts'
import { contactForUpdate } from './get-contact.ts'

/** Puts labels on a contact; one that is there already changes and records nothing. Throws `invalid`, `not_found`. */
export async function addLabels(
  tx: Tx,
  context: WorkContext,
  input: { contactId: number; labels: string[] },
): Promise<Contact> {
  const wanted = readLabels(input.labels)
  const before = await contactForUpdate(tx, context.projectId, input.contactId)
  const added = wanted.filter((label) => !before.labels.includes(label))
  if (added.length === 0) return before
  const contact = await updateContactRow(tx, before.id, {
    labels: [...before.labels, ...added],
    updatedAt: context.now,
  })
  for (const label of added) await recordWork(tx, context, 'contact.label_added', { contactId: contact.id }, { label })
  return contact
}

/** Labels as they are kept: without surrounding space, each once. */
export function readLabels(labels: string[]): string[] {
  const read = [...new Set(labels.map((label) => label.trim()))]
  for (const label of read) {
    if (label !== '' && label.length <= 100) continue
    const message = `is ${label === '' ? 'empty' : `"${label.slice(0, 60)}…"`}; expected 1 to 100 characters`
    throw new AppError('invalid', `A label ${message}.`, { faults: [{ path: 'labels', message }] })
  }
  return read
}
