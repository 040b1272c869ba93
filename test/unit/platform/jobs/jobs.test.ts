import { describe, expect, it, vi } from 'vitest'
import { openPostgres } from '../../../../src/platform/database/postgres.ts'
import { createJobs } from '../../../../src/platform/jobs/jobs.ts'
import { createLog } from '../../../../src/platform/log.ts'
import { jobsContract } from '../../../contracts/jobs.ts'
import { freshDatabase } from '../../../database.ts'

jobsContract({
  name: 'the jobs of the database',
  open: freshDatabase,
  make: (db) => createJobs({ db, log: createLog('silent') }),
})

describe('the start of the jobs', () => {
  it('does not throw when the database does not answer, and ends when it is told to', async () => {
    const lines: string[] = []
    const log = createLog('error', { write: (line) => void lines.push(line) })
    const db = openPostgres('postgres://nobody:secret-word@127.0.0.1:1/nowhere')
    const jobs = createJobs({ db, log })
    jobs.work('notes', async () => {})
    const starting = jobs.start()
    await vi.waitFor(() => expect(lines.join()).toContain('could not be started'))
    expect(lines.join()).not.toContain('secret-word')
    await jobs.stop(1000)
    await starting
    await db.close()
  })
})
