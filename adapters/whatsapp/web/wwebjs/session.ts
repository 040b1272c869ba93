import { lstat, readlink, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'

/** Where the library keeps the browser's profile within the directory that it is given (its src/authStrategies/LocalAuth.js). */
export const profileOf = (folder: string): string => join(resolve(folder), 'session')

/** Deletes the session: the next start asks for a QR code. */
export async function deleteSession(folder: string): Promise<void> {
  await rm(profileOf(folder), { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}

/**
 * Takes away the lock that a browser left in the profile which ran on a machine of another name, or is dead: after a container was
 * made anew, Chromium would take the profile for one in use on another computer. Whoever holds the channel's lease is the only
 * one who may open the profile, so that nobody loses it by this.
 */
export async function clearStaleLock(folder: string): Promise<void> {
  const lock = join(profileOf(folder), 'SingletonLock')
  const held = await lstat(lock).then(
    () => readlink(lock).catch(() => ''),
    () => undefined,
  )
  if (held === undefined) return
  const [, host, pid] = /^(.*)-(\d+)$/.exec(held) ?? []
  if (host === hostname() && pid !== undefined && isAlive(Number(pid))) return
  for (const name of ['SingletonLock', 'SingletonCookie', 'SingletonSocket']) {
    await rm(join(profileOf(folder), name), { force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
