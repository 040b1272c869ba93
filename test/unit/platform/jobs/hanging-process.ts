import { openDatabase } from '../../../../src/platform/database/open-database.ts'
import { createJobs } from '../../../../src/platform/jobs/jobs.ts'
import { createLog } from '../../../../src/platform/log.ts'

/** A process that begins a job and never ends it: `hanging-process.ts DIRECTORY [DATABASE_URL]`. It says when it began. */
const [directory = '', url] = process.argv.slice(2)
const log = createLog('silent')
const db = await openDatabase(url, directory, log)
const jobs = createJobs({ db, log })
jobs.work('notes', () => {
  process.stdout.write('began\n')
  return new Promise(() => {})
})
await jobs.start()
await db.transaction((tx) => jobs.enqueue(tx, 'notes', { name: 'left behind' }))
