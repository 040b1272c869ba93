import type { Queryable } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { Page, PageRequest } from '../../platform/paging.ts'
import { identitiesOf } from '../contacts.store.ts'
import { getContact } from '../get-contact.ts'
import { findLinks, linkedContactIds } from '../links/links.store.ts'
import { type Twin, type TwinReason, twinReasons, twinValues } from './twin.ts'
import { dismissedAmong, findTwinGroups, findTwins, pairKey, type TwinGroup } from './twins.store.ts'

/**
 * Contacts that are likely one person with this one: they share a phone in whatever spelling, an e-mail or a username. Those
 * that are linked with it or were dismissed are left out. Nothing is merged by itself. Throws `not_found`.
 */
export async function suggestTwins(db: Queryable, projectId: number, contactId: number): Promise<Twin[]> {
  const contact = await getContact(db, projectId, contactId)
  const identities = (await identitiesOf(db, [contact.id])).get(contact.id) ?? []
  const twins = await findTwins(db, projectId, contact.id, twinValues(contact, identities))
  const dismissed = await dismissedAmong(db, [contact.id, ...twins.map((twin) => twin.contactId)])
  const linked = await linkedContactIds(db, projectId, contact.id)
  return twins.filter((twin) => !dismissed.has(pairKey(contact.id, twin.contactId)) && !linked.includes(twin.contactId))
}

/** The likely twins of the whole project, group by group: by phone first, then by e-mail, then by username. */
export async function listTwins(db: Queryable, projectId: number, page: PageRequest): Promise<Page<TwinGroup>> {
  const limit = page.limit ?? 50
  let [reason, after] = page.cursor === undefined ? [twinReasons[0], ''] : readPlace(page.cursor)
  const items: TwinGroup[] = []
  for (;;) {
    const found = await findTwinGroups(db, projectId, reason, after, limit + 1)
    for (const group of await withoutSettled(db, found.slice(0, limit))) {
      if (items.length === limit) break
      items.push(group)
    }
    if (items.length === limit) {
      const last = items.at(-1)!
      return { items, nextCursor: writePlace(last.reason, last.value) }
    }
    if (found.length > limit) {
      after = found[limit - 1]!.value
      continue
    }
    const next = twinReasons[twinReasons.indexOf(reason) + 1]
    if (!next) return { items, nextCursor: null }
    reason = next
    after = ''
  }
}

/** Groups in which there are two that were neither linked nor dismissed. */
async function withoutSettled(db: Queryable, groups: TwinGroup[]): Promise<TwinGroup[]> {
  const ids = [...new Set(groups.flatMap((group) => group.contactIds))]
  const dismissed = await dismissedAmong(db, ids)
  const links = ids.length === 0 ? [] : await findLinks(db, ids)
  const persons = new Map(links.map((link) => [link.contactId, link.personId]))
  const settled = (one: number, other: number) =>
    dismissed.has(pairKey(one, other)) || (persons.has(one) && persons.get(one) === persons.get(other))
  return groups.filter(({ contactIds }) =>
    contactIds.some((one, index) => contactIds.slice(index + 1).some((other) => !settled(one, other))),
  )
}

function writePlace(reason: TwinReason, value: string): string {
  return Buffer.from(JSON.stringify([reason, value])).toString('base64url')
}

function readPlace(cursor: string): [TwinReason, string] {
  try {
    const [reason, value] = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (twinReasons.includes(reason) && typeof value === 'string' && !value.includes('\0')) return [reason, value]
  } catch {
    // Told below.
  }
  throw new AppError(
    'invalid',
    'cursor is not one of ours; pass nextCursor of the page before, or none for the first page.',
  )
}
