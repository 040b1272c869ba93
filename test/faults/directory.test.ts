import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Place } from './place.ts'
import { type Program, startProgram } from './program.ts'

let place: Pick<Place, 'directory' | 'url'>
const programs: Program[] = []

beforeEach(async () => {
  place = { directory: await mkdtemp(join(tmpdir(), 'parley-fault-')), url: undefined }
})
afterEach(async () => {
  for (const program of programs.splice(0)) await program.kill()
  await rm(place.directory, { recursive: true, force: true })
})

async function start(): Promise<Program> {
  const program = await startProgram(place)
  programs.push(program)
  return program
}

it('refuses the directory of a running program and says what to do, and takes over that of a killed one', async () => {
  const first = await start()
  await expect(start()).rejects.toThrow(
    `The data directory ${place.directory} is in use by process ${first.child.pid}. The embedded database serves one process: stop that one, choose another DATA_DIR, or set DATABASE_URL to share a PostgreSQL server.`,
  )
  expect((await fetch(`${first.address}/readyz`)).status).toBe(200)
  await first.kill()
  const second = await start()
  expect(await readFile(join(place.directory, 'parley.pid'), 'utf8')).toBe(String(second.child.pid))
}, 120_000)

it('lets one of several in that start at the same time on the directory of a dead one', async () => {
  await mkdir(place.directory, { recursive: true })
  await writeFile(join(place.directory, 'parley.pid'), '')
  const starts = await Promise.allSettled([start(), start(), start()])
  expect(starts.map((result) => result.status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected'])
}, 120_000)
