import { setTimeout as sleep } from 'node:timers/promises'
import type { Hono } from 'hono'
import { missingMigrations } from '../platform/database/missing-migrations.ts'
import { AppError, messageOf } from '../platform/errors.ts'
import type { Services } from './services.ts'

const patienceMs = 3000

/** Mounts `/healthz` (the process lives), `/readyz` (the database answers and is up to date) and `/metrics`. */
export function mountHealth(app: Hono, { db, metrics, migrations, stopping }: Services): void {
  app.get('/healthz', (c) => c.json({ status: 'ok' }))

  app.get('/readyz', async (c) => {
    if (stopping.aborted) throw new AppError('unavailable', 'The program is stopping.')
    const missing = await withinPatience(missingMigrations(db, migrations))
    if (missing.length > 0)
      throw new AppError('unavailable', `Migrations are missing: ${missing.join(', ')}. Start the program once more.`)
    return c.json({ status: 'ready' })
  })

  app.get('/metrics', async (c) => {
    const { contentType, text } = await metrics.render()
    return c.body(text, 200, { 'content-type': contentType })
  })
}

async function withinPatience<T>(work: Promise<T>): Promise<T> {
  const timer = new AbortController()
  const late = sleep(patienceMs, undefined, { signal: timer.signal }).then(() => {
    throw new AppError('unavailable', `The database did not answer within ${patienceMs / 1000} seconds.`)
  })
  late.catch(() => {})
  try {
    return await Promise.race([work, late])
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('unavailable', `The database cannot be reached: ${messageOf(error)}`, { cause: error })
  } finally {
    timer.abort()
  }
}
