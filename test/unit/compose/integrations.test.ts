import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { followIntegrations } from '../../../src/compose/integrations.ts'
import { VirtualClock } from '../../../src/platform/clock.ts'
import type { Database } from '../../../src/platform/database/database.ts'
import { openPostgres } from '../../../src/platform/database/postgres.ts'
import { createLog } from '../../../src/platform/log.ts'
import { createSafeHttp } from '../../../src/platform/safe-http/safe-http.ts'
import { createVault } from '../../../src/platform/secrets.ts'
import { sharedLimit } from '../../../src/platform/shared-limit/shared-limit.ts'
import { openSignals } from '../../../src/platform/signals.ts'
import { createIntegration } from '../../../src/sync/integrations/create-integration.ts'
import { CrmHub } from '../../../src/sync/integrations/crm-hub.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { buildLedger } from '../../doubles/ledger/ledger.ts'
import { makeProject } from '../../project.ts'

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())

const ledger = buildLedger()
const vault = createVault('a key for the tests only')
const crmCatalogue = new Map([['ledger', ledger.definition]])
const log = createLog('silent')

/** The integrations of one process. */
async function startProcess(db: Database, name: string) {
  const clock = new VirtualClock()
  const http = createSafeHttp({ allowedPrivateHosts: [] })
  const limited = sharedLimit(db)
  const hub = new CrmHub({ db, clock, log, vault, catalogue: crmCatalogue, publicUrl: undefined, http, limited })
  const signals = await openSignals(db, name, () => {})
  const seen = { leases: 0, woken: [] as string[] }
  signals.onTopics('crm:', (id) => seen.woken.push(id))
  const refreshLeases = async () => void seen.leases++
  return { hub, signals, seen, crms: followIntegrations({ hub, signals, log, refreshLeases }) }
}

describe('the integrations of a process', () => {
  it('are opened anew where one changed, at once and in every other process', async () => {
    const work = await makeProject(fresh.db)
    const here = await startProcess(fresh.db, 'here')
    const otherDb = fresh.url ? openPostgres(fresh.url) : undefined
    const there = otherDb && (await startProcess(otherDb, 'there'))
    const { id } = await fresh.db.transaction((tx) =>
      createIntegration(tx, work, { kind: 'ledger', name: 'books' }, { vault, crmCatalogue }),
    )
    expect(() => here.crms.adapter(id)).toThrow('cannot be opened')
    await here.crms.changed(id)
    expect(here.hub.ids()).toEqual([id])
    expect(here.seen).toEqual({ leases: 1, woken: [String(id)] })
    if (there) {
      await vi.waitFor(() => {
        expect(there.hub.ids()).toEqual([id])
        expect(there.seen).toEqual({ leases: 1, woken: [String(id)] })
      }, 5000)
    }
    here.signals.close()
    there?.signals.close()
    await otherDb?.close()
  })
})
