import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { GenericEvent } from '../generic/contract.ts'

/** A call as it is kept on disk: what is still to be told of it survives a restart. */
export interface KeptCall {
  call: GenericEvent['call']
  /** Where its events go, if not where all go. */
  eventsUrl?: string
  /** ISO 8601. */
  begun: string
  answered: boolean
  ended: boolean
  /** Of the next event. */
  seq: number
  /** Not yet taken by the receiver, the oldest first. */
  pending: GenericEvent[]
}

/** A folder with one file a call. */
export interface KeptCalls {
  /** All that are there. What cannot be read (a file cut by a full disk) is set aside as `*.broken`. */
  load(): Promise<KeptCall[]>
  save(kept: KeptCall): Promise<void>
  remove(id: string): Promise<void>
}

/** Opens the folder, and makes it, readable by its owner only. */
export async function openKeptCalls(directory: string): Promise<KeptCalls> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const pathOf = (id: string) => join(directory, `${createHash('sha256').update(id).digest('hex').slice(0, 40)}.json`)
  return {
    async load() {
      const names = (await readdir(directory)).filter((name) => name.endsWith('.json'))
      const read = await Promise.all(names.map((name) => readKept(join(directory, name))))
      return read.flatMap((kept) => (kept ? [kept] : []))
    },
    async save(kept) {
      const path = pathOf(kept.call.id)
      await writeFile(`${path}.new`, JSON.stringify(kept), { mode: 0o600 })
      await rename(`${path}.new`, path)
    },
    remove: (id) => rm(pathOf(id), { force: true }),
  }
}

async function readKept(path: string): Promise<KeptCall | undefined> {
  try {
    const kept = JSON.parse(await readFile(path, 'utf8')) as Partial<KeptCall>
    if (kept.call?.id && kept.begun && Array.isArray(kept.pending)) return kept as KeptCall
  } catch {
    // Below.
  }
  await rename(path, `${path}.broken`)
  return undefined
}
