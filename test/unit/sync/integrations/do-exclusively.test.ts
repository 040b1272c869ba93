import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../../../src/platform/database/database.ts'
import { openPostgres } from '../../../../src/platform/database/postgres.ts'
import { holdLeases } from '../../../../src/platform/leases.ts'
import { doExclusively } from '../../../../src/sync/integrations/do-exclusively.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'

let fresh: FreshDatabase
/** What another process sees the same database through. */
let other: Database
beforeAll(async () => {
  fresh = await freshDatabase()
  other = fresh.url ? openPostgres(fresh.url) : fresh.db
})
afterEach(() => fresh.clear())
afterAll(async () => {
  if (other !== fresh.db) await other.close()
  await fresh.drop()
})

const patient = () => AbortSignal.timeout(20_000)

describe('What one may do at a time', () => {
  it('is done by one caller after the other, of one process and of several', async () => {
    let under = 0
    let most = 0
    const work = async () => {
      most = Math.max(most, ++under)
      await new Promise((resolve) => setTimeout(resolve, 20))
      under--
    }
    await Promise.all([fresh.db, fresh.db, other, other].map((db) => doExclusively(db, 'token', work, patient())))
    expect(most).toBe(1)
  })

  it('hinders nothing of another name, gives what the work gave, and is free after a failure', async () => {
    const signal = patient()
    const given = await doExclusively(fresh.db, 'one', () => doExclusively(other, 'two', async () => 7, signal), signal)
    expect(given).toBe(7)
    await expect(doExclusively(fresh.db, 'one', () => Promise.reject(new Error('no')), signal)).rejects.toThrow('no')
    expect(await doExclusively(other, 'one', async () => 8, signal)).toBe(8)
  })

  it('is waited for as long as the caller likes', async () => {
    await holdLeases(other, ['token'], 'somebody', 60)
    const waiting = doExclusively(fresh.db, 'token', async () => expect.unreachable(), AbortSignal.timeout(100))
    await expect(waiting).rejects.toMatchObject({ code: 'timeout' })
  })

  it('is free again when its process died', async () => {
    await holdLeases(other, ['token'], 'dead', 0.1)
    expect(await doExclusively(fresh.db, 'token', async () => 'done', patient())).toBe('done')
  })
})
