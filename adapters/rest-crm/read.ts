import { AppError } from '../../src/platform/errors.ts'
import type { CrmEntity, CrmRecord } from '../../src/sync/crm.ts'
import { type RestAccount, scopeOn } from './account.ts'
import { itemsAt, textAt } from './settings/place.ts'

interface Ref {
  id: string
  on?: { entity: 'contact' | 'deal'; id: string }
}

/** What stands there now; what is missing is not there any more. */
export async function readRecords(
  account: RestAccount,
  entity: CrmEntity,
  refs: Ref[],
  signal: AbortSignal,
): Promise<CrmRecord[]> {
  const { atOnce } = account.of(entity).read
  const records: CrmRecord[] = []
  for (let from = 0; from < refs.length; from += atOnce) {
    records.push(...(await readSome(account, entity, refs.slice(from, from + atOnce), signal)))
  }
  return records
}

async function readSome(
  account: RestAccount,
  entity: CrmEntity,
  refs: Ref[],
  signal: AbortSignal,
): Promise<CrmRecord[]> {
  const { request, items } = account.of(entity).read
  const [first] = refs
  const ids = refs.map(({ id }) => id)
  const fields = await account.known.of(entity, signal)
  // What is read from another place says there what it needs.
  const names = fields.filter(({ at, read }) => at !== undefined || read === undefined).map(({ at, key }) => at ?? key)
  const scope = { ...account.scope(), ...scopeOn(first?.on), id: first?.id, ids, names }
  const answer = await account.client.ask(request, scope, signal).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'not_found') return undefined
    throw error
  })
  if (!answer) return []
  const records: CrmRecord[] = []
  for (const item of itemsAt(items, answer.body)) {
    const record = await account.read(entity, item, answer.at, signal)
    if (!record || !ids.includes(record.id)) continue
    const on = record.on ?? refs.find(({ id }) => id === record.id)?.on
    records.push({ ...record, ...(on && { on }) })
  }
  return records
}

/** What was changed since a moment, at most `limit`, the newest first. */
export async function changedSince(
  account: RestAccount,
  entity: CrmEntity,
  { since, limit }: { since: Date; limit: number },
  signal: AbortSignal,
): Promise<{ id: string; updatedAt: Date }[]> {
  const { changed: listing, record: places } = account.of(entity)
  const { constants } = account.settings
  if (!listing) return []
  const from = secondOf(since)
  const changed = new Map<string, { id: string; updatedAt: Date }>()
  const scope = { ...account.scope(), ...scopeSince(since), limit: Math.min(limit, 100) }
  for await (const page of account.client.pages(listing, scope, signal)) {
    const fresh = page.flatMap((item) => {
      const id = textAt(places.id, item, constants)
      const updatedAt = account.updatedAt(entity, item, account.clock.now())
      return id === undefined || updatedAt < from ? [] : { id, updatedAt }
    })
    for (const one of fresh) changed.set(one.id, one)
    if (fresh.length < page.length || changed.size >= limit) break
  }
  return [...changed.values()].sort((one, other) => other.updatedAt.getTime() - one.updatedAt.getTime()).slice(0, limit)
}

/** A moment as requests may need it. */
export function scopeSince(since: Date): Record<string, unknown> {
  const from = secondOf(since)
  return { since: from.toISOString().replace('.000Z', 'Z'), since_ms: from.getTime(), since_s: from.getTime() / 1000 }
}

/** Many CRMs tell seconds only; what happened within the very second is told rather twice. */
export function secondOf(moment: Date): Date {
  return new Date(Math.floor(moment.getTime() / 1000) * 1000)
}
