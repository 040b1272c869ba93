import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from '../../../src/platform/database/migrate.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'

const shipped = join(import.meta.dirname, '../../../migrations')

/** The shipped migrations, as every later program has them, with further ones. */
async function directoryWith(files: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-migrations-'))
  await cp(shipped, directory, { recursive: true })
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
  return directory
}

describe('migrate', () => {
  let fresh: FreshDatabase
  beforeAll(async () => {
    fresh = await freshDatabase()
  })
  afterAll(() => fresh.drop())

  it('applies nothing to a schema that is up to date', async () => {
    expect(await migrate(fresh.db, shipped)).toEqual({ applied: [] })
  })

  it('applies a new migration once', async () => {
    const directory = await directoryWith({ '9000_create_fruit.sql': 'create table fruit (name text)' })
    expect(await migrate(fresh.db, directory)).toEqual({ applied: ['9000_create_fruit'] })
    expect(await migrate(fresh.db, directory)).toEqual({ applied: [] })
  })

  it('carries the place of the reader for label triggers over to the one for all triggers', async () => {
    const [migration] = (await readFile(join(shipped, '0003_keep_run_causes.sql'), 'utf8')).match(/UPDATE "cursors".*/)!
    await fresh.db.query(`insert into cursors values ('label-triggers', '1234'::xid8, 56, now())`)
    await fresh.db.query(migration)
    expect(await fresh.db.query(`select name, xact::text as xact, change_id from cursors`)).toEqual([
      { name: 'change-triggers', xact: '1234', change_id: 56 },
    ])
  })

  it('leaves nothing behind of a migration that fails', async () => {
    const directory = await directoryWith({
      '9001_create_stone.sql':
        'create table stone (name text);\n--> statement-breakpoint\ncreate table stone (name text);',
    })
    await expect(migrate(fresh.db, directory)).rejects.toThrow('already exists')
    expect(await fresh.db.query(`select to_regclass('stone') as found`)).toEqual([{ found: null }])
  })

  it('refuses a migration that was changed after it was applied', async () => {
    await migrate(fresh.db, await directoryWith({ '9002_create_leaf.sql': 'create table leaf (name text)' }))
    const changed = await directoryWith({ '9002_create_leaf.sql': 'create table leaf (name text, colour text)' })
    await expect(migrate(fresh.db, changed)).rejects.toThrow('9002_create_leaf was changed after it was applied')
  })

  it('refuses a newer schema that says it breaks older programs, and bears one that does not', async () => {
    await migrate(fresh.db, await directoryWith({ '9003_add_seed.sql': 'create table seed (name text)' }))
    expect(await migrate(fresh.db, shipped)).toEqual({ applied: [] })
    await migrate(fresh.db, await directoryWith({ '9004_drop_seed.sql': '-- breaking\ndrop table seed' }))
    await expect(migrate(fresh.db, shipped)).rejects.toThrow('newer schema (9004_drop_seed)')
  })
})
