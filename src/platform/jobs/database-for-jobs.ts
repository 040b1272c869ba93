import type { PGlite } from '@electric-sql/pglite'
import { type ConstructorOptions, fromPglite } from 'pg-boss'
import type { Database } from '../database/database.ts'
import type { EmbeddedDatabase } from '../database/embedded.ts'
import type { PostgresDatabase } from '../database/postgres.ts'

/** How the job library reaches the database: through two connections of its own, or through the one of the embedded database. */
export function databaseForJobs(db: Database): ConstructorOptions {
  if (db.kind === 'embedded') {
    const { pglite } = db as EmbeddedDatabase
    return {
      db: fromPglite({ query: (text, params) => pglite.query(text, params), exec: executor(pglite) }),
      backend: 'pglite',
    }
  }
  return {
    connectionString: likeOurDriver((db as PostgresDatabase).url),
    max: 2,
    application_name: 'parley jobs',
  }
}

/**
 * A block of `BEGIN … COMMIT` becomes a transaction: sent as it is, one that fails would leave the only connection in a
 * broken transaction, into which a waiting query of ours could fall before the library rolls it back.
 */
function executor(pglite: PGlite) {
  return (text: string) => {
    const within = /^\s*BEGIN;(.*)COMMIT;\s*$/s.exec(text)?.[1]
    return within === undefined ? pglite.exec(text) : pglite.transaction((tx) => tx.exec(within))
  }
}

/** The library's driver takes `sslmode=require` for a check of the certificate, unlike ours and unlike PostgreSQL's own tools. */
function likeOurDriver(address: string): string {
  const url = new URL(address)
  if (url.searchParams.has('sslmode')) url.searchParams.set('uselibpqcompat', 'true')
  return url.href
}
