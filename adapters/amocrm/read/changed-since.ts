import { z } from 'zod'
import type { CrmEntity } from '../../../src/sync/crm.ts'
import { largestPage, pagesOf } from '../pages.ts'
import type { AmocrmTools } from '../tools.ts'

export interface Changed {
  id: string
  updatedAt: Date
}

const dated = z.object({ id: z.int(), updated_at: z.int().nullish(), note_type: z.string().nullish() })

/** How many of the newest tasks are looked through: tasks cannot be had in the order of their changes. */
const tasksLookedThrough = 1000

/** What was changed since a moment, at most `limit`, the newest first. It needs no filter, which the vendor sells apart. */
export async function changedSince(
  tools: AmocrmTools,
  entity: CrmEntity,
  { since, limit }: { since: Date; limit: number },
  signal: AbortSignal,
): Promise<Changed[]> {
  const seconds = Math.floor(since.getTime() / 1000)
  const lists = {
    deal: ['leads'],
    contact: ['contacts'],
    note: ['leads/notes', 'contacts/notes'],
    task: ['tasks'],
  }[entity]
  const changed: Changed[] = []
  for (const path of lists) changed.push(...(await latest(tools, path, { seconds, limit }, signal)))
  changed.sort((one, other) => other.updatedAt.getTime() - one.updatedAt.getTime())
  return changed.slice(0, limit)
}

async function latest(
  { client }: AmocrmTools,
  path: string,
  { seconds, limit }: { seconds: number; limit: number },
  signal: AbortSignal,
): Promise<Changed[]> {
  const inOrder = path !== 'tasks'
  const list = {
    path,
    name: path.split('/').at(-1)!,
    schema: dated,
    query: { [`order[${inOrder ? 'updated_at' : 'id'}]`]: 'desc' },
    limit: Math.min(largestPage, Math.max(limit, 10)),
  }
  const changed: Changed[] = []
  let seen = 0
  for await (const page of pagesOf(client, list, signal)) {
    seen += page.length
    // Seconds are all that the vendor tells; what was changed within the very second is told rather twice.
    const fresh = page.filter(({ updated_at: at }) => (at ?? 0) >= seconds)
    for (const { id, updated_at: at, note_type: type } of fresh) {
      if (type === undefined || type === null || type === 'common')
        changed.push({ id: String(id), updatedAt: new Date((at ?? 0) * 1000) })
    }
    if (inOrder ? fresh.length < page.length || changed.length >= limit : seen >= tasksLookedThrough) break
  }
  return changed
}
