import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import type { TestProject } from 'vitest/node'
import { openEmbedded } from '../src/platform/database/embedded.ts'
import { migrate } from '../src/platform/database/migrate.ts'
import { openPostgres } from '../src/platform/database/postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    database: { kind: 'embedded'; archive: string } | { kind: 'postgres'; url: string; template: string }
  }
}

const migrations = join(import.meta.dirname, '../migrations')

/** Prepares one migrated database for the whole suite, from which each test file gets a copy of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const url = process.env.DATABASE_URL
  return url ? prepareServer(project, url) : prepareArchive(project)
}

async function prepareArchive(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-test-'))
  const archive = join(directory, 'database.tar')
  const db = await openEmbedded()
  await migrate(db, migrations)
  const dump = await db.pglite.dumpDataDir('none')
  await writeFile(archive, new Uint8Array(await dump.arrayBuffer()))
  await db.close()
  project.provide('database', { kind: 'embedded', archive })
  return () => rm(directory, { recursive: true, force: true })
}

async function prepareServer(project: TestProject, url: string): Promise<() => Promise<void>> {
  const template = `parley_template_${process.pid}`
  const admin = postgres(url, { max: 1, onnotice: () => {} })
  await admin.unsafe(`drop database if exists ${template} with (force)`)
  await admin.unsafe(`create database ${template}`)
  const target = new URL(url)
  target.pathname = `/${template}`
  const db = openPostgres(target.href)
  await migrate(db, migrations)
  await db.close()
  project.provide('database', { kind: 'postgres', url, template })
  return async () => {
    await admin.unsafe(`drop database if exists ${template} with (force)`)
    await admin.end()
  }
}
