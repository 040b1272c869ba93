import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../errors.ts'
import type { Database, Tx } from './database.ts'

interface Migration {
  name: string
  hash: string
  /** Its first line is `-- breaking`: programs that do not know it must not run on its result. */
  breaking: boolean
  statements: string[]
}

const lockNumber = 7_270_539

/**
 * Brings the schema up to date: applies what is missing from `directory` in the order of names, all in one transaction,
 * one process at a time. Refuses a changed past and a newer schema that this program cannot work with.
 */
export async function migrate(db: Database, directory: string): Promise<{ applied: string[] }> {
  const known = await readMigrations(directory)
  return db.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [lockNumber])
    await tx.query(
      `create table if not exists schema_migrations
         (name text primary key, hash text not null, breaking boolean not null, applied_at timestamptz not null default now())`,
    )
    const done = await tx.query<Pick<Migration, 'name' | 'hash' | 'breaking'>>(
      'select name, hash, breaking from schema_migrations',
    )
    refuseNewerSchema(known, done)
    const applied: string[] = []
    for (const migration of known) {
      const before = done.find((row) => row.name === migration.name)
      if (before && before.hash !== migration.hash) {
        throw new AppError(
          'conflict',
          `Migration ${migration.name} was changed after it was applied. Migrations are append-only: restore the file and add a new one.`,
        )
      }
      if (before) continue
      await apply(tx, migration)
      applied.push(migration.name)
    }
    return { applied }
  })
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => /^\d{4}_\w+\.sql$/.test(name)).sort()
  return Promise.all(
    names.map(async (file) => {
      const text = await readFile(join(directory, file), 'utf8')
      return {
        name: file.slice(0, -'.sql'.length),
        hash: createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex'),
        breaking: text.startsWith('-- breaking'),
        statements: text.split('--> statement-breakpoint'),
      }
    }),
  )
}

function refuseNewerSchema(known: Migration[], done: Pick<Migration, 'name' | 'breaking'>[]): void {
  const names = new Set(known.map((migration) => migration.name))
  const newer = done.filter((row) => row.breaking && !names.has(row.name)).map((row) => row.name)
  if (newer.length === 0) return
  throw new AppError(
    'conflict',
    `This database was brought to a newer schema (${newer.join(', ')}) that this version of the program does not know. Start the newer version, or restore a backup made before it.`,
  )
}

async function apply(tx: Tx, migration: Migration): Promise<void> {
  for (const statement of migration.statements) await tx.query(statement)
  await tx.query('insert into schema_migrations (name, hash, breaking) values ($1, $2, $3)', [
    migration.name,
    migration.hash,
    migration.breaking,
  ])
}
