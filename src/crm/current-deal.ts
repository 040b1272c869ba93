import type { Queryable } from '../platform/database/database.ts'
import type { DealStatus } from './crm.table.ts'
import { newestDeal } from './deal-lookups.store.ts'
import type { PlacedDeal } from './deals.store.ts'

/** What a deal is while it is neither won, lost nor archived. */
export const openStatuses: readonly DealStatus[] = ['unprocessed', 'active']

/**
 * The contact's current active deal: of the deals that are open, the one that was made last. This is what "the deal" of a
 * contact means wherever none is named.
 */
export async function currentDeal(
  db: Queryable,
  projectId: number,
  contactId: number,
): Promise<PlacedDeal | undefined> {
  return newestDeal(db, projectId, { contactId, statuses: openStatuses })
}
