import { isDeepStrictEqual } from 'node:util'
import type { Contact } from '../contact.ts'
import type { AttributeValue } from '../contacts.table.ts'

/** The survivor's fields before and after a merge, as JSON. */
export interface FieldJournal {
  before: Record<string, unknown>
  after: Record<string, unknown>
}

/** Notes what a merge changes in the survivor. */
export function journalFields(survivor: Contact, changes: Partial<Contact>): FieldJournal {
  const before = Object.fromEntries(Object.keys(changes).map((field) => [field, survivor[field as keyof Contact]]))
  return { before: asJson(before), after: asJson(changes) }
}

/**
 * What brings the survivor back to what it was before a merge. What was changed since then stays: a field that no longer has
 * the value of the merge, a label that was added or taken off later.
 */
export function restoredFields(survivor: Contact, { before, after }: FieldJournal): Partial<Contact> {
  const present = asJson(survivor)
  const restored: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(before)) {
    if (field === 'lastActivityAt' || field === 'labels' || field === 'attributes') continue
    if (isDeepStrictEqual(present[field], after[field])) restored[field] = field in moments ? asMoment(value) : value
  }
  if (before.labels) {
    const own = before.labels as string[]
    const merged = after.labels as string[]
    restored.labels = survivor.labels.filter((label) => own.includes(label) || !merged.includes(label))
  }
  if (before.attributes) restored.attributes = restoredAttributes(survivor, before.attributes, after.attributes)
  return restored as Partial<Contact>
}

function restoredAttributes(survivor: Contact, before: unknown, after: unknown): Contact['attributes'] {
  const [own, merged] = [before, after] as Record<string, AttributeValue>[]
  const attributes = { ...survivor.attributes }
  for (const name of Object.keys({ ...own, ...merged })) {
    if (!isDeepStrictEqual(attributes[name] ?? null, merged?.[name] ?? null)) continue
    const value = own?.[name] ?? null
    if (value === null) delete attributes[name]
    else attributes[name] = value
  }
  return attributes
}

const moments = { blockedUntil: true, blockedAt: true }

const asMoment = (value: unknown): Date | null => (typeof value === 'string' ? new Date(value) : null)

function asJson(value: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value))
}
