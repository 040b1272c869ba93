import { readdir } from 'node:fs/promises'
import type { Queryable } from './database.ts'

/** The names of migrations of `directory` that the database has not seen. */
export async function missingMigrations(db: Queryable, directory: string): Promise<string[]> {
  const [files, done] = await Promise.all([
    readdir(directory),
    db.query<{ name: string }>('select name from schema_migrations'),
  ])
  const applied = new Set(done.map((row) => row.name))
  return files
    .filter((file) => /^\d{4}_\w+\.sql$/.test(file))
    .map((file) => file.slice(0, -'.sql'.length))
    .filter((name) => !applied.has(name))
    .sort()
}
