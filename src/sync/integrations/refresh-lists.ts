import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { messageOf } from '../../platform/errors.ts'
import { uuid } from '../../platform/ids.ts'
import { holdLeases } from '../../platform/leases.ts'
import type { Log } from '../../platform/log.ts'
import type { CrmHub } from './crm-hub.ts'
import { findIntegration } from './integrations.store.ts'
import { listsLastMs, readLists } from './read-lists.ts'

export interface RefreshParts {
  db: Database
  clock: Clock
  log: Log
  hub: CrmHub
}

/** A vendor that does not answer is asked again after so many seconds; and one process at a time asks. */
const leaseSeconds = 300
const readMs = 60_000

/** Reads anew what accounts have to choose from where that is more than an hour old. Every process may look. */
export async function refreshLists(parts: RefreshParts, stopping: AbortSignal): Promise<void> {
  const { db, clock, log, hub } = parts
  for (const integrationId of hub.connectedIds()) {
    if (stopping.aborted) return
    const integration = await findIntegration(db, integrationId)
    const isOld = integration?.listsAt && clock.now().getTime() - integration.listsAt.getTime() >= listsLastMs
    if (!isOld || integration.condition?.state !== 'working') continue
    const lease = `crm-lists:${integrationId}`
    // A name of its own for each look, so that nobody asks again at once, whoever was refused.
    const holder = `lists:${uuid()}`
    if ((await holdLeases(db, [lease], holder, leaseSeconds)).length === 0) continue
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(readMs)])
    const wanted = { integrationId, refresh: true, now: clock.now() }
    await readLists(db, wanted, (id) => hub.adapter(id), signal).catch((error: unknown) =>
      log.warn(
        { integration: integration.name, error: messageOf(error) },
        'Lists could not be read anew; the old ones stay.',
      ),
    )
  }
}
