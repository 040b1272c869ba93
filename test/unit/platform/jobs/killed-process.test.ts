import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openDatabase } from '../../../../src/platform/database/open-database.ts'
import { createJobs } from '../../../../src/platform/jobs/jobs.ts'
import { createLog } from '../../../../src/platform/log.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'

let fresh: FreshDatabase
let directory: string
beforeAll(async () => {
  fresh = await freshDatabase()
  directory = await mkdtemp(join(tmpdir(), 'parley-jobs-'))
})
afterAll(async () => {
  await fresh.drop()
  await rm(directory, { recursive: true, force: true })
})

it('the job of a process that was killed is done by the next one', { timeout: 60_000 }, async () => {
  const program = join(import.meta.dirname, 'hanging-process.ts')
  const child = spawn(process.execPath, [program, directory, ...(fresh.url ? [fresh.url] : [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')

  const log = createLog('silent')
  const db = await openDatabase(fresh.url, directory, log)
  const done: object[] = []
  const jobs = createJobs({ db, log })
  jobs.work('notes', async (note) => void done.push(note))
  await jobs.start()
  await vi.waitFor(() => expect(done).toEqual([{ name: 'left behind' }]), { timeout: 40_000, interval: 100 })
  await jobs.stop(1000)
  await db.close()
})
