import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../errors.ts'
import { uuid } from '../ids.ts'

/**
 * Takes the embedded database's directory for this process: PGlite itself lets a second process in, and rows are lost.
 * The lock is a file with our process number; one left by a dead process is taken over. Gives the function that frees it.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  await mkdir(directory, { recursive: true })
  const path = join(directory, 'parley.pid')
  const own = join(directory, `parley.${process.pid}.${uuid()}.tmp`)
  // Made whole under another name first, so that nobody ever reads a lock without its number.
  await writeFile(own, String(process.pid))
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      if (await linkOnce(own, path)) return () => rm(path, { force: true })
      const holder = await holderOf(path)
      if (holder !== undefined) refuseLiving(directory, holder)
      await setAside(path, own)
    }
  } finally {
    await rm(own, { force: true })
  }
  throw new AppError('conflict', `The data directory ${directory} was taken by another process at this very moment.`)
}

/** Whether the lock is ours now; false when there is one already. */
async function linkOnce(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** The process that the lock names; undefined when it names none or is gone. */
async function holderOf(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return Number(text) || undefined
}

function refuseLiving(directory: string, holder: number): void {
  // Our own number in a lock that we have not made is that of a dead process: in a container it is the same each time.
  if (holder === process.pid || !isAlive(holder)) return
  throw new AppError(
    'conflict',
    `The data directory ${directory} is in use by process ${holder}. The embedded database serves one process: stop that one, choose another DATA_DIR, or set DATABASE_URL to share a PostgreSQL server.`,
  )
}

/** Removes a dead process's lock; one that somebody living has made meanwhile is put back. */
async function setAside(path: string, own: string): Promise<void> {
  const aside = `${own}.old`
  try {
    await rename(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  const holder = await holderOf(aside)
  if (holder !== undefined && holder !== process.pid && isAlive(holder)) await linkOnce(aside, path)
  await rm(aside, { force: true })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
