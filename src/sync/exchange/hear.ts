import type { Tx } from '../../platform/database/database.ts'
import type { CrmHeard } from '../crm.ts'
import { upsertHeard } from './heard.store.ts'

/**
 * Notes that things changed in another CRM; each is read anew before long. In one commit, before the vendor is answered. Wake
 * `exchangeTopic` after it.
 */
export function hear(tx: Tx, integrationId: number, heard: readonly CrmHeard[], now: Date): Promise<void> {
  return upsertHeard(tx, integrationId, heard, now)
}
