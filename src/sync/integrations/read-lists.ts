import type { Database } from '../../platform/database/database.ts'
import type { CrmAdapter, CrmLists } from '../crm.ts'
import { findLists, updateIntegrationRow } from './integrations.store.ts'

/** Lists are read anew by themselves when they are so old, in milliseconds. */
export const listsLastMs = 60 * 60_000

/**
 * What an integration's account has to choose from: as it was read within the last hour, or read now. Where the vendor does not answer, older
 * ones do, unless `refresh` asks for new ones. Throws what the adapter throws.
 */
export async function readLists(
  db: Database,
  { integrationId, refresh, now }: { integrationId: number; refresh: boolean; now: Date },
  adapterOf: (integrationId: number) => CrmAdapter,
  signal: AbortSignal,
): Promise<{ lists: CrmLists; readAt: Date }> {
  const kept = await findLists(db, integrationId)
  if (kept && !refresh && now.getTime() - kept.readAt.getTime() < listsLastMs) return kept
  try {
    const lists = await adapterOf(integrationId).lists(signal)
    await updateIntegrationRow(db, integrationId, { lists, listsAt: now })
    return { lists, readAt: now }
  } catch (error) {
    if (kept && !refresh) return kept
    throw error
  }
}
