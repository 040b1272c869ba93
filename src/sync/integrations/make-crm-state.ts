import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import type { Vault } from '../../platform/secrets.ts'
import type { CrmState } from '../crm.ts'
import { doExclusively } from './do-exclusively.ts'
import { type Integration, sealPlace } from './integration.ts'
import { readState, writeState } from './integrations.store.ts'

/** What the program keeps for the adapter of one integration, sealed in the database. */
export function makeCrmState(
  integration: Pick<Integration, 'id' | 'hookId'>,
  { db, clock, vault }: { db: Database; clock: Clock; vault: Vault },
): CrmState {
  const integrationId = integration.id
  const sealOf = (name: string) => `${sealPlace(integration)}:state:${name}`
  return {
    async read(name) {
      const sealed = await readState(db, integrationId, name)
      return sealed === undefined ? undefined : vault.open(sealed, sealOf(name))
    },
    async write(name, text) {
      const value = text === undefined ? undefined : vault.seal(text, sealOf(name))
      await writeState(db, { integrationId, name, value, now: clock.now() })
    },
    exclusively: (name, work, signal) => doExclusively(db, `crm-state:${integrationId}:${name}`, work, signal),
  }
}
