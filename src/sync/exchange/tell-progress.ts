import { recordWork } from '../../team/record-work.ts'
import { type Exchange, workOf } from './exchange.ts'
import { readExchangeProgress } from './progress.store.ts'

/** How often it is told how far a backlog is, in milliseconds. */
const everyMs = 3000

/** What was told of a backlog so far. */
export interface ToldProgress {
  at: number
  /** Something is told that is not over. */
  open: boolean
}

/**
 * Records how far a backlog is (`integration.progressed`), now and then and when it is done; single pushes are none. Gives what has been
 * told now.
 */
export async function tellProgress(exchange: Exchange, taken: number, told: ToldProgress): Promise<ToldProgress> {
  const { db, clock, integration, adapter, tell } = exchange
  const now = clock.now()
  const isBacklog = taken >= adapter.abilities().batch
  if (!told.open && !isBacklog) return told
  if (isBacklog && now.getTime() - told.at < everyMs) return told
  const { waiting, working, done, dead } = await readExchangeProgress(db, integration.id, now)
  const data = { integrationId: integration.id, name: integration.name, waiting: waiting + working, done, dead }
  await db.transaction((tx) => recordWork(tx, workOf(exchange), 'integration.progressed', {}, data))
  tell('changes')
  return { at: now.getTime(), open: waiting + working > 0 }
}
