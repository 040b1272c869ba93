import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Database } from '../../../../src/platform/database/database.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'

let fresh: FreshDatabase
let database: Database

beforeAll(async () => {
  fresh = await freshDatabase()
  database = fresh.db
  await database.query('create table bundled (id bigint primary key, text text)')
})
beforeEach(() => database.query('truncate bundled'))
afterAll(() => fresh.drop())

it('gives each statement of a bundle its own rows, whether it gives any or not', async () => {
  const answers = await database.batchTransaction((tx) =>
    Promise.all([
      tx.query('insert into bundled select 1, $1::text', ['one']),
      tx.query('select text from bundled where id = $1', [1]),
      tx.query('update bundled set text = $1 where id = 1', ['uno']),
      tx.query('select text from bundled where id = $1', [2]),
      tx.query('update bundled set text = text || $1 where id = 1 returning text', ['!']),
      tx.query('with gone as (delete from bundled returning text) select text from gone'),
    ]),
  )
  expect(answers).toEqual([[], [{ text: 'one' }], [], [], [{ text: 'uno!' }], [{ text: 'uno!' }]])
})

it('keeps every text as it is, and lets none of it become SQL', async () => {
  const texts = ["'); drop table bundled; --", "it's \\' \\\\", '$1 $$ \n;', '🙂 Ж', '']
  for (const text of texts) {
    const [row] = await database.batchTransaction((tx) => tx.query<{ t: string }>('select $1::text as t', [text]))
    expect(row!.t).toBe(text)
  }
  const missing = await database.batchTransaction((tx) => tx.query('select $1::text as t, $2::int as n', [null, -5]))
  expect(missing).toEqual([{ t: null, n: -5 }])
  await expect(database.batchTransaction((tx) => tx.query('select $1::text', ['a\0b']))).rejects.toThrow()
})

it('takes everything back when one statement fails, and works on with the next transaction', async () => {
  const failing = database.batchTransaction(async (tx, last) => {
    await tx.query('insert into bundled select 1, $1::text', ['one'])
    last(tx.query('insert into bundled select 1, $1::text || $2::text', ['again', '']))
  })
  await expect(failing).rejects.toMatchObject({ code: '23505' })
  const rows = await database.batchTransaction(async (tx) => {
    await tx.query('insert into bundled select 1, $1::text || $2::text', ['anew', ''])
    return tx.query('select text from bundled where id = $1', [1])
  })
  expect(rows).toEqual([{ text: 'anew' }])
})

it('leaves nothing open when the work throws before anything was sent', async () => {
  const failing = database.batchTransaction(async (tx) => {
    tx.query('insert into bundled select 1, $1::text', ['one']).catch(() => undefined)
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(await database.batchTransaction((tx) => tx.query('select * from bundled where id > $1', [0]))).toEqual([])
})

it('goes on behind a savepoint that was taken back', async () => {
  const rows = await database.batchTransaction(async (tx) => {
    await tx.query('savepoint work')
    await expect(tx.query('select 1 / $1::int', [0])).rejects.toMatchObject({ code: '22012' })
    await tx.query('rollback to savepoint work')
    return tx.query('select $1::int as n', [7])
  })
  expect(rows).toEqual([{ n: 7 }])
})
