import { updateIntegrationRow } from '../integrations/integrations.store.ts'
import { byTheirClock, type Exchange } from './exchange.ts'
import { catchUpMs } from './exchanges.store.ts'
import { upsertHeard } from './heard.store.ts'
import { linksOfRecords } from './links.store.ts'

/** So many changes are asked for at first, and ten times as many as long as the answer is full. */
const firstLimit = 250
const mostLimit = 25_000

/**
 * Looks for contacts and deals that were changed there since the last time, in case a hook was lost: what we have not read in its present
 * state counts as heard of. The first time it only notes where to begin. Tells whether it was time.
 */
export async function catchUp(exchange: Exchange): Promise<boolean> {
  const { db, clock, integration } = exchange
  const now = clock.now()
  const { caughtUpTo, direction } = integration
  if (direction === 'push' || (caughtUpTo && now.getTime() - caughtUpTo.getTime() < catchUpMs)) return false
  if (caughtUpTo) for (const entity of ['contact', 'deal'] as const) await lookFor(exchange, entity, caughtUpTo)
  await updateIntegrationRow(db, integration.id, { caughtUpTo: now })
  return true
}

async function lookFor(exchange: Exchange, entity: 'contact' | 'deal', caughtUpTo: Date): Promise<void> {
  const { db, clock, log, integration, adapter, signal } = exchange
  const since = byTheirClock(exchange, caughtUpTo.getTime())
  let limit = firstLimit
  let changed = await adapter.changedSince(entity, since, limit, signal)
  while (changed.length >= limit && limit < mostLimit) {
    limit *= 10
    changed = await adapter.changedSince(entity, since, limit, signal)
  }
  if (changed.length >= mostLimit)
    log.warn(
      { entity, since, oldest: changed.at(-1)?.updatedAt },
      'More was changed in a CRM than is looked for; older changes are passed over.',
    )
  const links = await linksOfRecords(
    db,
    integration.id,
    entity,
    changed.map(({ id }) => id),
  )
  const news = changed.filter(({ id, updatedAt }) => {
    const known = links.get(id)?.theirsUpdatedAt
    return !known || known < updatedAt
  })
  await db.transaction((tx) =>
    upsertHeard(
      tx,
      integration.id,
      news.map(({ id }) => ({ entity, id })),
      clock.now(),
    ),
  )
}
