import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../database.ts'
import { startTestParley } from '../parley.ts'

let fresh: FreshDatabase
beforeEach(async () => {
  fresh = await freshDatabase()
})
afterEach(() => fresh.drop())

const tableOfSchedules = async () => {
  const [row] = await fresh.db.query<{ name: string | null }>(`select to_regclass('pgboss.schedule')::text as name`)
  return row!.name
}

it('a process that works lets old history go at night', async () => {
  const parley = await startTestParley(fresh.db)
  await vi.waitFor(async () => expect(await tableOfSchedules()).not.toBeNull(), { timeout: 10_000 })
  await vi.waitFor(
    async () => expect(await fresh.db.query('select name from pgboss.schedule')).toEqual([{ name: 'prune-history' }]),
    { timeout: 10_000 },
  )
  await parley.dispose()
})

it('a process that only answers HTTP leaves that to others', async () => {
  const parley = await startTestParley(fresh.db, { env: { PARLEY_ROLE: 'gateway' } })
  await parley.dispose()
  expect(await tableOfSchedules()).toBeNull()
})
