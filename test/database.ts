import { readFile } from 'node:fs/promises'
import postgres from 'postgres'
import { inject } from 'vitest'
import type { Database } from '../src/platform/database/database.ts'
import { type EmbeddedDatabase, openEmbedded } from '../src/platform/database/embedded.ts'
import { openPostgres } from '../src/platform/database/postgres.ts'

export interface FreshDatabase {
  db: Database
  /** Empties every table and starts the numbers anew, between the tests of a file. */
  clear(): Promise<void>
  /** The server's address when there is a server; a further handle is opened with it. */
  url: string | undefined
  drop(): Promise<void>
}

/** A migrated, empty database of a test file's own: embedded by default, on the server of DATABASE_URL when that is set. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const prepared = inject('database')
  if (prepared.kind === 'embedded') {
    const db = resting.pop() ?? (await openEmbedded(undefined, new Blob([await readFile(prepared.archive)])))
    const shape = await shapeOf(db)
    return { db, clear: () => clear(db), url: undefined, drop: () => layToRest(db, shape) }
  }
  const admin = postgres(prepared.url, { max: 1, onnotice: () => {} })
  const name = `parley_test_${process.pid}_${Math.random().toString(36).slice(2, 10)}`
  await admin.unsafe(`create database ${name} template ${prepared.template}`)
  const url = new URL(prepared.url)
  url.pathname = `/${name}`
  const db = openPostgres(url.href)
  return {
    db,
    clear: () => clear(db),
    url: url.href,
    drop: async () => {
      await db.close()
      await admin.unsafe(`drop database ${name} with (force)`)
      await admin.end()
    },
  }
}

/** Embedded databases that files of this worker gave back as they got them, for its next files: to open one takes two seconds. */
const resting: EmbeddedDatabase[] = []

async function layToRest(db: EmbeddedDatabase, shape: string): Promise<void> {
  if (db.pglite.closed) return
  await db.query('drop schema if exists pgboss cascade')
  await clear(db)
  if ((await shapeOf(db)) === shape) resting.push(db)
  else await db.close()
}

/** What a file may have left behind besides rows: tables, columns, indexes, triggers, functions. */
async function shapeOf(db: Database): Promise<string> {
  const [row] = await db.query(
    `select (select count(*) from pg_class where relnamespace <> 'pg_toast'::regnamespace) as relations,
            (select count(*) from pg_attribute where attnum > 0 and not attisdropped) as columns,
            (select count(*) from pg_trigger) as triggers, (select count(*) from pg_proc) as functions`,
  )
  return JSON.stringify(row)
}

async function clear(db: Database): Promise<void> {
  const tables = await db.query<{ name: string }>(
    `select quote_ident(tablename) as name from pg_tables where schemaname = 'public' and tablename <> 'schema_migrations'`,
  )
  const names = tables.map((table) => table.name)
  if (db.kind === 'embedded' && (await clearFull(db, names))) return
  await db.query(`truncate ${names.join(', ')} restart identity cascade`)
}

/**
 * Empties only the tables that hold rows: to truncate all of them takes the embedded database ten times as long. False when
 * one has grown big, as deleted rows keep their place.
 */
async function clearFull(db: Database, names: string[]): Promise<boolean> {
  const full = await db.query<{ name: string; size: number }>(
    names
      .map(
        (name) => `select '${name}' as name, pg_relation_size('${name}') as size where exists (select 1 from ${name})`,
      )
      .join(' union all '),
  )
  if (full.some(({ size }) => size > 256 * 1024)) return false
  // In the role of a replica foreign keys are not checked, so that the order does not matter.
  await db.query('set session_replication_role = replica')
  for (const { name } of full) await db.query(`delete from ${name}`)
  await db.query('reset session_replication_role')
  await db.query(
    `select setval(format('%I.%I', schemaname, sequencename), start_value, false) from pg_sequences
      where schemaname = 'public' and last_value is not null`,
  )
  return true
}
