import { type JobResult, type JobWithMetadata, PgBoss } from 'pg-boss'
import type { Database, Tx } from '../database/database.ts'
import { AppError, messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import { databaseForJobs } from './database-for-jobs.ts'

/**
 * Work that can wait and must not be forgotten, and work at set times. It is done at least once: what throws, or whose
 * process dies, is tried again. Moments are those of the database's clock.
 */
export interface Jobs {
  /** Says how the jobs of a queue are done; before {@link start}. Up to 20 of them are done at once in a process. */
  work<Data extends object>(queue: string, handler: JobHandler<Data>): void
  /** Does something at the times of a cron expression in a time zone, in one process; before {@link start}. A missed time is made up for once. */
  schedule(queue: string, cron: string, timeZone: string, handler: JobHandler<object>): void
  /**
   * Adds a job in the transaction, so that it exists only if that commits. Of jobs with the same key one waits at a time: a
   * later one takes the place of what has not begun. Throws `unavailable` until the start is through.
   */
  enqueue<Data extends object>(tx: Tx, queue: string, data: Data, options?: EnqueueOptions): Promise<void>
  /** Begins, and resolves when everything is under way; while it fails it is tried again, until {@link stop}. */
  start(): Promise<void>
  /** Takes no more jobs and tells the running ones to leave; after so many milliseconds they are left to be done again. */
  stop(limitMs: number): Promise<void>
}

/** Does one job. The signal tells it to leave; a job that throws then is done again later. */
export type JobHandler<Data> = (data: Data, signal: AbortSignal) => Promise<void>

export interface EnqueueOptions {
  key?: string
  /** Not before this moment. */
  startAfter?: Date
}

const startAgainMs = 30_000
/** How often beats that stay away, and times that have come, are looked for; by one of the processes. */
const looks = { superviseIntervalSeconds: 5, monitorIntervalSeconds: 5, cronMonitorIntervalSeconds: 5 }
const queueOptions = {
  retryLimit: 10,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 600,
  // Without a beat from its process a job is taken again; the time it may last itself is only a last resort.
  heartbeatSeconds: 10,
  expireInSeconds: 6 * 60 * 60,
}
// Batches, because a worker sleeps for an interval after each fetch that was not full.
const workOptions = {
  pollingIntervalSeconds: 1,
  batchSize: 20,
  burstWhenBatchFull: true,
  perJobResults: true,
  includeMetadata: true,
} as const

/** Jobs kept in the database itself, in a schema of their own. */
export function createJobs({ db, log }: { db: Database; log: Log }): Jobs {
  const boss = new PgBoss({ ...databaseForJobs(db), ...looks })
  boss.on('error', (error) => log.error({ error: messageOf(error) }, 'The jobs met an error.'))
  boss.on('warning', (warning) => log.warn({ warning }, 'The jobs give a warning.'))
  const handlers = new Map<string, JobHandler<object>>()
  const schedules: { queue: string; cron: string; timeZone: string }[] = []
  const stopping = new AbortController()
  let started = false
  let starting: Promise<void> | undefined

  const begin = async (): Promise<void> => {
    await boss.start()
    for (const [queue, handler] of handlers) {
      await boss.createQueue(queue, queueOptions)
      // Known from here on, the queue is not looked up inside a transaction, where the embedded database would wait for itself.
      await boss.findJobs(queue, { key: '' })
      await boss.work(queue, workOptions, (jobs: JobWithMetadata<object>[]) =>
        Promise.all(jobs.map((job) => perform(job, handler))),
      )
    }
    for (const { queue, cron, timeZone } of schedules)
      await boss.schedule(queue, cron, null, { tz: timeZone, missed: 'once' })
    started = true
  }

  const perform = async (job: JobWithMetadata<object>, handler: JobHandler<object>): Promise<JobResult> => {
    try {
      await handler(job.data, AbortSignal.any([job.signal, stopping.signal]))
      return { id: job.id, status: 'completed' }
    } catch (error) {
      const told = { error: messageOf(error), queue: job.name, job: job.id, tries: job.retryCount + 1 }
      if (job.retryCount < job.retryLimit) log.warn(told, 'A job failed; it is tried again.')
      else log.error(told, 'A job failed for the last time; it is given up.')
      return { id: job.id, status: 'failed', output: { message: told.error } }
    }
  }

  const beginUntilItWorks = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        return await begin()
      } catch (error) {
        log.error({ error }, 'The jobs could not be started; they are tried again.')
        await boss
          .stop({ graceful: false })
          .catch((fault) => log.warn({ error: fault }, 'The jobs could not be closed.'))
        await pause(startAgainMs, stopping.signal)
      }
    }
  }

  const register = (queue: string, handler: JobHandler<never>): void => {
    if (starting) throw new Error(`The queue "${queue}" comes after the start of the jobs.`)
    if (handlers.has(queue)) throw new Error(`The queue "${queue}" has two handlers.`)
    handlers.set(queue, handler as JobHandler<object>)
  }

  return {
    work: register,
    schedule(queue, cron, timeZone, handler) {
      register(queue, handler)
      schedules.push({ queue, cron, timeZone })
    },
    async enqueue(tx, queue, data, { key, startAfter } = {}) {
      if (!handlers.has(queue)) throw new Error(`There is no queue "${queue}".`)
      if (!started || stopping.signal.aborted)
        throw new AppError(
          'unavailable',
          'Jobs are not taken yet, or no more: the program is starting or stopping. Try again.',
        )
      const within = {
        executeSql: async (text: string, values?: unknown[]) => ({ rows: await tx.query<object>(text, values) }),
      }
      if (key === undefined) {
        await boss.send(queue, data, { startAfter, db: within })
        return
      }
      // Two transactions that see no job of this key yet would both add one.
      await tx.query('select pg_advisory_xact_lock(hashtextextended($1::text, 0))', [`job ${queue} ${key}`])
      await boss.upsert(queue, data, { singletonKey: key, startAfter: startAfter ?? 0, db: within })
    },
    start() {
      starting ??= beginUntilItWorks()
      return starting
    },
    async stop(limitMs) {
      stopping.abort()
      await starting
      await boss.stop({ timeout: limitMs })
    },
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
