import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import type { Database } from '../../src/platform/database/database.ts'
import { openEmbedded } from '../../src/platform/database/embedded.ts'
import { migrate } from '../../src/platform/database/migrate.ts'
import { openPostgres } from '../../src/platform/database/postgres.ts'

const migrations = join(import.meta.dirname, '../../migrations')

/** A database that outlives the programs which run on it. */
export interface Place {
  kind: 'embedded' | 'postgres'
  directory: string
  /** The server's address of this database, when there is a server. */
  url: string | undefined
  /** Looks into it; on the embedded database only while no program runs. */
  look<T>(work: (db: Database) => Promise<T>): Promise<T>
  /** Runs something as the server's administrator, from outside the database. */
  asAdmin(work: (admin: postgres.Sql, database: string) => Promise<unknown>): Promise<void>
  remove(): Promise<void>
}

/** A migrated, empty database in a directory of its own; `archive` is a dumped one to start from. */
export async function embeddedPlace(archive?: string): Promise<Place> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-fault-'))
  const data = join(directory, 'database')
  const load = archive === undefined ? undefined : new Blob([await readFile(archive)])
  const db = await openEmbedded(data, load)
  await migrate(db, migrations)
  await db.close()
  return {
    kind: 'embedded',
    directory,
    url: undefined,
    look: (work) => closing(openEmbedded(data), work),
    asAdmin: () => Promise.reject(new Error('The embedded database has no administrator.')),
    remove: () => rm(directory, { recursive: true, force: true }),
  }
}

/** A migrated, empty database on a server; `template` is one to copy. */
export async function postgresPlace(server: string, template?: string): Promise<Place> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-fault-'))
  const admin = postgres(server, { max: 1, onnotice: () => {} })
  const name = `parley_fault_${process.pid}_${Math.random().toString(36).slice(2, 10)}`
  await admin.unsafe(`create database ${name}${template === undefined ? '' : ` template ${template}`}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  const look = <T>(work: (db: Database) => Promise<T>) => closing(Promise.resolve(openPostgres(url.href)), work)
  await look((db) => migrate(db, migrations))
  return {
    kind: 'postgres',
    directory,
    url: url.href,
    look,
    asAdmin: async (work) => void (await work(admin, name)),
    remove: async () => {
      await admin.unsafe(`drop database if exists ${name} with (force)`)
      await admin.end()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function closing<T>(opening: Promise<Database>, work: (db: Database) => Promise<T>): Promise<T> {
  const db = await opening
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}
