import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../../src/platform/clock.ts'
import { createLog } from '../../../../src/platform/log.ts'
import { createSafeHttp } from '../../../../src/platform/safe-http/safe-http.ts'
import { createVault } from '../../../../src/platform/secrets.ts'
import { sharedLimit } from '../../../../src/platform/shared-limit/shared-limit.ts'
import type { CrmContext } from '../../../../src/sync/crm.ts'
import { connectIntegration } from '../../../../src/sync/integrations/connect-integration.ts'
import { createIntegration } from '../../../../src/sync/integrations/create-integration.ts'
import { CrmHub } from '../../../../src/sync/integrations/crm-hub.ts'
import { findIntegration } from '../../../../src/sync/integrations/integrations.store.ts'
import { refreshLists } from '../../../../src/sync/integrations/refresh-lists.ts'
import { updateIntegration } from '../../../../src/sync/integrations/update-integration.ts'
import type { WorkContext } from '../../../../src/team/context.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { buildLedger, type Ledger } from '../../../doubles/ledger/ledger.ts'
import { makeProject } from '../../../project.ts'

let fresh: FreshDatabase
let work: WorkContext
let clock: VirtualClock
let ledger: Ledger
/** What adapters were opened with, the latest last. */
let contexts: CrmContext<{ key: string }>[]
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  work = await makeProject(fresh.db)
  clock = new VirtualClock()
  ledger = buildLedger()
  contexts = []
})
afterAll(() => fresh.drop())

const vault = createVault('a key for the tests only')
const log = createLog('silent')
const parts = () => {
  const { definition } = ledger
  const create: typeof definition.create = (context) => {
    contexts.push(context)
    return definition.create(context)
  }
  return { vault, crmCatalogue: new Map([['ledger', { ...definition, create }]]) }
}
const hubOf = (publicUrl?: string) =>
  new CrmHub({
    db: fresh.db,
    clock,
    log,
    vault,
    catalogue: parts().crmCatalogue,
    publicUrl,
    http: createSafeHttp({ allowedPrivateHosts: [] }),
    limited: sharedLimit(fresh.db),
  })
const make = (name = 'books', key = 'inkwell') =>
  fresh.db.transaction((tx) => createIntegration(tx, work, { kind: 'ledger', name, settings: { key } }, parts()))
const connect = (hub: CrmHub, integrationId: number) =>
  connectIntegration(fresh.db, work, { integrationId }, (id) => hub.adapter(id), AbortSignal.timeout(5000))

describe('the hub of integrations', () => {
  it('opens those that are switched on, with their secrets and the address of their hook', async () => {
    const { id, hookId } = await make()
    await make('off').then(({ id }) => fresh.db.query('update integrations set enabled = false where id = $1', [id]))
    const hub = hubOf('https://bot.example.com')
    await hub.load()
    expect([hub.ids(), hub.connectedIds(), hub.byHook(hookId)?.integration.id]).toEqual([[id], [], id])
    expect(contexts).toMatchObject([
      { hookUrl: `https://bot.example.com/hooks/${hookId}`, integration: { id, settings: { key: 'inkwell' } } },
    ])
    expect(() => hub.adapter(id + 1)).toThrow('switched off, or cannot be opened')
    await hub.close()
    expect([ledger.open, hub.ids()]).toEqual([0, []])
  })

  it('leaves the others alone when one cannot be opened, and says so', async () => {
    const broken = await make('broken')
    const { id } = await make()
    await fresh.db.query(`update integrations set kind = 'abacus' where id = $1`, [broken.id])
    const hub = hubOf()
    await hub.load()
    expect(hub.ids()).toEqual([id])
    const condition = { state: 'failing', error: 'This program has no integrations of the kind "abacus".' }
    expect(await findIntegration(fresh.db, broken.id)).toMatchObject({ condition })
  })

  it('opens what changed anew, the latest state last, and closes what was', async () => {
    const { id } = await make()
    const hub = hubOf()
    await hub.load()
    const change = (key: string) =>
      fresh.db.transaction((tx) => updateIntegration(tx, work, { integrationId: id, settings: { key } }, parts()))
    await change('second')
    const first = hub.reload(id)
    await change('third')
    await Promise.all([first, hub.reload(id)])
    expect(contexts.at(-1)?.integration.settings.key).toBe('third')
    expect(ledger.open).toBe(1)
  })

  it('finds an integration by its hook that another process made', async () => {
    const hub = hubOf()
    const { id, hookId } = await make()
    expect(hub.byHook(hookId)).toBeUndefined()
    expect((await hub.findByHook(hookId))?.integration.id).toBe(id)
    expect(await hub.findByHook('hk_nobody')).toBeUndefined()
  })

  it('keeps what an adapter keeps sealed, for that integration alone', async () => {
    const [one, other] = [await make(), await make('more books')]
    await hubOf().load()
    await contexts[0]!.state.write('token', 'secret-word')
    expect(await contexts[0]!.state.read('token')).toBe('secret-word')
    expect(await contexts[1]!.state.read('token')).toBeUndefined()
    const rows = await fresh.db.query<{ value: string }>('select value from integration_state')
    expect(rows[0]!.value).toMatch(/^sealed:/)
    await fresh.db.query('update integration_state set integration_id = $1', [other.id])
    await expect(contexts[1]!.state.read('token')).rejects.toThrow('belongs to another place')
    await contexts[1]!.state.write('token', undefined)
    expect(await contexts[1]!.state.read('token')).toBeUndefined()
    expect(one.id).not.toBe(other.id)
  })
})

describe('the lists of accounts', () => {
  const refresh = (hub: CrmHub) => refreshLists({ db: fresh.db, clock, log, hub }, new AbortController().signal)

  it('are read anew every hour by one process, while the integration works', async () => {
    const { id } = await make()
    const [hub, other] = [hubOf(), hubOf()]
    await hub.load()
    await connect(hub, id)
    await Promise.all([hub.reload(id), other.load()])
    await refresh(hub)
    expect(ledger.count('lists')).toBe(1)
    clock.advance(3_600_000)
    await Promise.all([refresh(hub), refresh(other)])
    expect(ledger.count('lists')).toBe(2)
    expect((await findIntegration(fresh.db, id))?.listsAt).toEqual(clock.now())
  })

  it('are not asked for of an account that is stopped, nor at once again when they were refused', async () => {
    const { id } = await make()
    const hub = hubOf()
    await hub.load()
    await connect(hub, id)
    await hub.reload(id)
    clock.advance(3_600_000)
    ledger.faults.push({ kind: 'refused', code: 'unavailable' })
    await refresh(hub)
    clock.advance(60_000)
    await refresh(hub)
    expect(ledger.count('lists')).toBe(2)
    await fresh.db.query(`delete from leases`)
    await fresh.db.query(`update integrations set condition = '{"state":"stopped"}'`)
    await refresh(hub)
    expect(ledger.count('lists')).toBe(2)
  })
})
