import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Tx } from '../../../../src/platform/database/database.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())

for (const kind of ['transaction', 'batchTransaction'] as const) {
  it(`refuses a statement that comes after the end of its ${kind}`, async () => {
    let late: Tx | undefined
    const failing = fresh.db[kind](async (tx) => {
      late = tx
      await tx.query('select 1')
      throw new Error('It fails.')
    })
    await expect(failing).rejects.toThrow('It fails.')
    const insert = async () => late!.query(`insert into leases (name, holder, expires_at) values ('late', 'me', now())`)
    await expect(insert()).rejects.toThrow()
    expect(await fresh.db.query('select name from leases')).toEqual([])
  })
}
