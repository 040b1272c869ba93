import type { CrmEntity, CrmMark } from '../../src/sync/crm.ts'
import { hasMarker } from '../kit/hidden-marker.ts'
import { type RestAccount, scopeOn } from './account.ts'
import { scopeSince, secondOf } from './read.ts'
import { textAt, valueAt } from './settings/place.ts'
import { momentOf } from './values/decode.ts'
import { getAt } from './values/paths.ts'

export type FoundMarked = Map<string, { id: string; contactId?: string }>

/** Looks for records made since a moment by their markers, the newest first. Where the settings know no way, nothing is found. */
export async function findMarked(
  account: RestAccount,
  entity: CrmEntity,
  { marks, since }: { marks: CrmMark[]; since: Date },
  signal: AbortSignal,
): Promise<FoundMarked> {
  const found: FoundMarked = new Map()
  if (!account.of(entity).marked || marks.length === 0) return found
  for (const group of groupsOf(marks)) await lookFor(account, entity, { marks: group, since, found }, signal)
  return found
}

/** Looks for a contact by any of its phones and e-mails, one after the other. */
export async function findContact(
  { client, scope, settings: { contact, constants } }: RestAccount,
  { phones, emails }: { phones: string[]; emails: string[] },
  signal: AbortSignal,
): Promise<string | undefined> {
  const tries = [
    ...phones.map((phone) => ({ listing: contact.find?.phone, by: { phone } })),
    ...emails.map((email) => ({ listing: contact.find?.email, by: { email } })),
  ]
  for (const { listing, by } of tries) {
    if (!listing) continue
    for await (const page of client.pages(listing, { ...scope(), ...by }, signal)) {
      for (const item of page) {
        const id = textAt(contact.find!.id, item, constants)
        if (id !== undefined) return id
      }
    }
  }
  return undefined
}

/** What hangs on the same thing is looked for together. */
function groupsOf(marks: CrmMark[]): CrmMark[][] {
  const groups = new Map<string, CrmMark[]>()
  for (const mark of marks) {
    const key = mark.on ? `${mark.on.entity} ${mark.on.id}` : ''
    groups.set(key, [...(groups.get(key) ?? []), mark])
  }
  return [...groups.values()]
}

interface Search {
  marks: CrmMark[]
  since: Date
  found: FoundMarked
}

async function lookFor(account: RestAccount, entity: CrmEntity, search: Search, signal: AbortSignal): Promise<void> {
  const { marked, record: places } = account.of(entity)
  const { constants } = account.settings
  const markers = search.marks.map(({ marker }) => marker)
  const scope = { ...account.scope(), ...scopeOn(search.marks[0]?.on), ...scopeSince(search.since), markers }
  const candidates: { id: string; marker: string; at: Date }[] = []
  for await (const page of account.client.pages(marked!, { ...scope, marker: markers[0], limit: 100 }, signal)) {
    let isOlder = false
    for (const item of page) {
      const at = momentOf(valueAt(marked!.createdAt, item, constants))
      if (!at || at < secondOf(search.since)) {
        isOlder = true
        continue
      }
      const id = textAt(places.id, item, constants)
      const marker = markers.find((one) => carries(account, entity, item, one))
      if (id !== undefined && marker !== undefined) candidates.push({ id, marker, at })
    }
    if (isOlder) break
  }
  candidates.sort((one, other) => other.at.getTime() - one.at.getTime())
  for (const { id, marker } of candidates) if (!search.found.has(marker)) search.found.set(marker, { id })
}

function carries({ of, settings }: RestAccount, entity: CrmEntity, item: unknown, marker: string): boolean {
  const { marker: place, marked, record, fields } = of(entity)
  const { constants } = settings
  if (place && 'at' in place) {
    const kept = marked?.marker ? textAt(marked.marker, item, constants) : getAt(getAt(item, record.values), place.at)
    return kept === marker
  }
  const field = fields.find(({ key }) => key === 'text')
  const text = marked?.marker ?? field?.read
  const kept = text ? textAt(text, item, constants) : getAt(getAt(item, record.values), field?.at ?? 'text')
  return typeof kept === 'string' && hasMarker(kept, marker)
}
