import { join } from 'node:path'
import { AppError, messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import { maskSecrets } from '../mask.ts'
import type { Database } from './database.ts'
import { lockDirectory } from './directory-lock.ts'
import { openEmbedded } from './embedded.ts'
import { openPostgres } from './postgres.ts'

/**
 * Opens the PostgreSQL server at `url`, or, without one, the embedded database in `directory`, which this process then holds alone.
 * Throws `unavailable` when the server does not answer, `conflict` when the directory is in use.
 */
export async function openDatabase(url: string | undefined, directory: string, log: Log): Promise<Database> {
  if (url) return openServer(url)
  const unlock = await lockDirectory(directory)
  log.info(
    `Using the embedded database in ${directory}: it survives a killed process, but not a power cut. Set DATABASE_URL for real work.`,
  )
  const db = await openEmbedded(join(directory, 'database'))
  return {
    ...db,
    close: async () => {
      await db.close()
      await unlock()
    },
  }
}

async function openServer(url: string): Promise<Database> {
  const db = openPostgres(url)
  try {
    const [row] = await db.query<{ version: number }>(`select current_setting('server_version_num')::int as version`)
    if (row!.version >= 150_000) return db
    throw new Error(`it is PostgreSQL ${Math.floor(row!.version / 10_000)}, expected 15 or newer`)
  } catch (error) {
    await db.close()
    const where = String(maskSecrets(url))
    throw new AppError(
      'unavailable',
      `DATABASE_URL names a database that cannot be used (${where}): ${messageOf(error)}.`,
      { cause: error },
    )
  }
}
