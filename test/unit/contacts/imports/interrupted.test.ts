import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { workImports } from '../../../../src/contacts/imports/work-imports.ts'
import type { Database, Tx } from '../../../../src/platform/database/database.ts'
import { createApiKey } from '../../../../src/team/create-api-key.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { type TestGateway, testGateway } from '../../../gateway.ts'
import { startTestParley } from '../../../parley.ts'
import { makeProject } from '../../../project.ts'
import { counts, outcomes, upload, workOn } from './importing.ts'

let fresh: FreshDatabase
let gateway: TestGateway

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  gateway = await testGateway(fresh.db)
})
afterAll(() => fresh.drop())

const people = (count: number) => Array.from({ length: count }, (_, index) => `N${index},+7916${1_000_000 + index}`)
const file = (count: number) => `first name,phone\n${people(count).join('\n')}\n`

async function start(content: string): Promise<number> {
  const { body } = await upload(gateway, content)
  await gateway.call('POST', `/contact-imports/${body.id}/start`, {})
  return body.id
}
const read = async (id: number) => (await gateway.call('GET', `/contact-imports/${id}`)).body
const phones = async () =>
  (await fresh.db.query<{ phone: string }>('select phone from contacts order by phone')).map(({ phone }) => phone)

describe('an import that is interrupted', () => {
  it('goes on where its last commit was, when a process died in the middle of a batch', async () => {
    const id = await start(file(450))
    let begun = 0
    const dying: Database = {
      ...fresh.db,
      transaction: <T>(work: (tx: Tx) => Promise<T>) =>
        fresh.db.transaction(async (tx) => {
          const done = await work(tx)
          if (++begun === 2) throw Object.assign(new Error('The connection is gone.'), { code: '08006' })
          return done
        }),
    } as Database
    const { clock, services } = gateway
    const parts = { db: dying, clock, log: services.log, tell: () => {} }
    await expect(workImports(parts, new AbortController().signal)).rejects.toThrow('The connection is gone')
    expect(await read(id)).toMatchObject({ status: 'running', done: 100, made: 100 })
    expect((await phones()).length).toBe(100)

    await workOn(fresh.db, gateway)
    expect(await read(id)).toMatchObject({ status: 'done', made: 450, refused: 0 })
    expect(new Set(await phones()).size).toBe(450)
    expect((await phones()).length).toBe(450)
  })

  it('refuses a row that the database does not take, and does the others', async () => {
    await fresh.db.query(
      `create or replace function refuse_poison() returns trigger language plpgsql as $$
         begin if new.first_name = 'N137' then raise exception 'poison'; end if; return new; end $$`,
    )
    await fresh.db.query(
      'create trigger refuse_poison before insert on contacts for each row execute function refuse_poison()',
    )
    try {
      const id = await start(file(300))
      await workOn(fresh.db, gateway)
      expect(counts(await read(id))).toEqual([299, 0, 0, 1])
      expect((await outcomes(gateway, id))[137]).toEqual(['refused', expect.stringContaining('It could not be taken')])
    } finally {
      await fresh.db.query('drop trigger refuse_poison on contacts')
    }
  })

  it('of a running program is finished by the next one', { timeout: 60_000 }, async () => {
    await fresh.clear()
    const work = await makeProject(fresh.db, new Date())
    const { key } = await fresh.db.transaction((tx) => createApiKey(tx, work, { name: 'test', access: 'write' }))
    const call = async (address: string, path: string, init: RequestInit = {}) => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...init.headers }
      const response = await fetch(`${address}/api/v1/contact-imports${path}`, { ...init, headers })
      return (await response.json()) as { id: number; status: string; done: number; made: number }
    }
    const first = await startTestParley(fresh.db)
    const body = file(5000)
    const { id } = await call(first.address, '', { method: 'POST', body, headers: { 'content-type': 'text/csv' } })
    await call(first.address, `/${id}/start`, { method: 'POST', body: '{}' })
    const progress = async () =>
      (await fresh.db.query<{ done: number; status: string }>('select done, status from contact_imports'))[0]!
    await vi.waitFor(async () => expect((await progress()).done).toBeGreaterThan(0), { timeout: 20_000, interval: 5 })
    await first.dispose()
    expect((await progress()).status).toBe('running')

    const second = await startTestParley(fresh.db)
    const options = { timeout: 40_000, interval: 200 }
    await vi.waitFor(async () => expect((await call(second.address, `/${id}`)).status).toBe('done'), options)
    expect(await call(second.address, `/${id}`)).toMatchObject({ done: 5000, made: 5000 })
    await second.dispose()
    expect((await phones()).length).toBe(5000)
  })
})
