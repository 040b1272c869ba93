import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Database } from '../../src/platform/database/database.ts'
import type { Jobs } from '../../src/platform/jobs/jobs.ts'

export interface JobsContract {
  name: string
  /** An empty database, and how it is thrown away. */
  open(): Promise<{ db: Database; drop(): Promise<void> }>
  /** The jobs of one more process. */
  make(db: Database): Jobs
}

type Note = { name: string }

const soon = { timeout: 15_000, interval: 20 }
const queue = 'notes'

/** What jobs must do, wherever they are kept. */
export function jobsContract({ name, open, make }: JobsContract): void {
  describe(`${name} keep the contract of jobs`, () => {
    let opened: Awaited<ReturnType<JobsContract['open']>>
    let processes: Jobs[] = []
    beforeAll(async () => {
      opened = await open()
    })
    afterEach(async () => {
      await Promise.all(processes.map((jobs) => jobs.stop(1000)))
      processes = []
    })
    afterAll(() => opened.drop())

    const processOf = () => {
      const jobs = make(opened.db)
      processes.push(jobs)
      return jobs
    }
    /** A process that notes the names of the jobs that it does. */
    const notingProcess = async (done: string[]) => {
      const jobs = processOf()
      jobs.work<Note>(queue, async (note) => void done.push(note.name))
      await jobs.start()
      return jobs
    }

    test('a job is done once its transaction is committed, and never when that is rolled back', async () => {
      const done: string[] = []
      const jobs = await notingProcess(done)
      const { db } = opened
      await db
        .transaction(async (tx) => {
          await jobs.enqueue(tx, queue, { name: 'never' })
          throw new Error('rolled back')
        })
        .catch(() => {})
      await db.transaction((tx) => jobs.enqueue(tx, queue, { name: 'committed' }))
      await vi.waitFor(() => expect(done).toEqual(['committed']), soon)
      await db.transaction((tx) => jobs.enqueue(tx, queue, { name: 'a later one' }))
      await vi.waitFor(() => expect(done).toEqual(['committed', 'a later one']), soon)
    })

    test('a job that throws is tried again, and the others of its batch are not', async () => {
      const tries: string[] = []
      const jobs = processOf()
      jobs.work<Note>(queue, async ({ name }) => {
        tries.push(name)
        if (name === 'bad' && tries.filter((each) => each === 'bad').length < 3) throw new Error('not yet')
      })
      await jobs.start()
      await opened.db.transaction(async (tx) => {
        for (const each of ['good', 'bad', 'another']) await jobs.enqueue(tx, queue, { name: each })
      })
      await vi.waitFor(() => expect(tries.filter((each) => each === 'bad')).toHaveLength(3), soon)
      expect(tries.filter((each) => each !== 'bad').sort()).toEqual(['another', 'good'])
    })

    test('a job is not done before its moment', async () => {
      let doneAt = 0
      const jobs = processOf()
      jobs.work(queue, async () => {
        doneAt = Date.now()
      })
      await jobs.start()
      const startAfter = new Date(Date.now() + 2000)
      await opened.db.transaction((tx) => jobs.enqueue(tx, queue, { name: 'later' }, { startAfter }))
      await vi.waitFor(() => expect(doneAt).toBeGreaterThan(0), soon)
      expect(doneAt).toBeGreaterThanOrEqual(startAfter.getTime())
    })

    test('a later job of a key takes the place of the one that waits', async () => {
      const done: string[] = []
      const jobs = await notingProcess(done)
      const tomorrow = new Date(Date.now() + 86_400_000)
      const enqueue = (name: string, key: string, startAfter?: Date) =>
        opened.db.transaction((tx) => jobs.enqueue(tx, queue, { name }, { key, startAfter }))
      await enqueue('first', 'contact 7', tomorrow)
      await enqueue('of another key', 'contact 8')
      await enqueue('second', 'contact 7')
      await vi.waitFor(() => expect(done.toSorted()).toEqual(['of another key', 'second']), soon)
      await enqueue('third', 'contact 7')
      await vi.waitFor(() => expect(done).toHaveLength(3), soon)
      expect(done[2]).toBe('third')
    })

    test('of one key one job waits, also when several transactions bring it at once', async () => {
      const done: string[] = []
      const jobs = await notingProcess(done)
      const startAfter = new Date(Date.now() + 1500)
      await Promise.all(
        Array.from({ length: 8 }, (_, at) =>
          opened.db.transaction((tx) => jobs.enqueue(tx, queue, { name: `note ${at}` }, { key: 'one', startAfter })),
        ),
      )
      await opened.db.transaction((tx) =>
        jobs.enqueue(tx, queue, { name: 'the end' }, { startAfter: new Date(Date.now() + 2500) }),
      )
      await vi.waitFor(() => expect(done).toContain('the end'), soon)
      expect(done).toHaveLength(2)
    })

    test('a backlog is done without a pause after each job', async () => {
      const done: string[] = []
      const jobs = await notingProcess(done)
      await opened.db.transaction(async (tx) => {
        for (let at = 0; at < 200; at++) await jobs.enqueue(tx, queue, { name: String(at) })
      })
      await vi.waitFor(() => expect(new Set(done).size).toBe(200), soon)
      expect(done).toHaveLength(200)
    })

    test('a stopping process tells its jobs to leave, and another one does them', async () => {
      const began = Promise.withResolvers<void>()
      const first = processOf()
      first.work<Note>(queue, async (_note, signal) => {
        began.resolve()
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('told to leave'))))
      })
      await first.start()
      await opened.db.transaction((tx) => first.enqueue(tx, queue, { name: 'handed on' }))
      await began.promise
      await first.stop(10_000)
      const done: string[] = []
      await notingProcess(done)
      await vi.waitFor(() => expect(done).toEqual(['handed on']), soon)
    })

    test('what is due at a time is done once, however many processes there are', { timeout: 60_000 }, async () => {
      const done: string[] = []
      const both = [processOf(), processOf()]
      for (const jobs of both) {
        jobs.schedule('nightly', dailyAt(Date.now() - 1000), 'Europe/Moscow', async () => void done.push('nightly'))
        // By the time this one is due, the first has been looked at again.
        jobs.schedule('marker', dailyAt(Date.now() + 7000), 'Europe/Moscow', async () => void done.push('marker'))
      }
      await Promise.all(both.map((jobs) => jobs.start()))
      await vi.waitFor(() => expect(done).toContain('marker'), { ...soon, timeout: 50_000 })
      expect(done.toSorted()).toEqual(['marker', 'nightly'])
    })

    test('nothing is taken before the start, for an unknown queue, or by a second handler', async () => {
      const jobs = processOf()
      jobs.work(queue, async () => {})
      expect(() => jobs.work(queue, async () => {})).toThrow('two handlers')
      const enqueue = (to: string) => opened.db.transaction((tx) => jobs.enqueue(tx, to, {}))
      await expect(enqueue(queue)).rejects.toMatchObject({ code: 'unavailable' })
      await jobs.start()
      await expect(enqueue('elsewhere')).rejects.toThrow('There is no queue "elsewhere"')
      expect(() => jobs.work('late', async () => {})).toThrow('after the start')
      await jobs.stop(1000)
      await expect(enqueue(queue)).rejects.toMatchObject({ code: 'unavailable' })
    })
  })
}

/** A cron expression, with seconds, for a moment's time of day in Moscow, which is three hours ahead all year. */
function dailyAt(moment: number): string {
  const there = new Date(moment + 3 * 60 * 60 * 1000)
  return `${there.getUTCSeconds()} ${there.getUTCMinutes()} ${there.getUTCHours()} * * *`
}
