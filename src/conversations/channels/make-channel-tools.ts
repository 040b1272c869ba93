import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { fileLink } from '../../platform/files/file-link.ts'
import { keepFile } from '../../platform/files/keep-file.ts'
import { openFile } from '../../platform/files/open-file.ts'
import type { Vault } from '../../platform/secrets.ts'
import type { ChannelFiles, ChannelState } from '../channel-tools.ts'
import type { Channel } from '../conversation.ts'
import { readState, writeState } from '../orders/orders.store.ts'
import { sealPlace } from './seal-place.ts'

export interface ToolParts {
  db: Database
  clock: Clock
  vault: Vault
  publicUrl: string | undefined
  dataDir: string
}

/** What the program keeps for one channel: its state, its files, its folder. */
export function makeChannelTools(
  channel: Channel,
  { db, clock, vault, publicUrl, dataDir }: ToolParts,
): { state: ChannelState; files: ChannelFiles; folder(): Promise<string> } {
  const { id: channelId, projectId } = channel
  const sealOf = (name: string) => `${sealPlace(channel)}:state:${name}`
  return {
    state: {
      async read(name) {
        const sealed = await readState(db, channelId, name)
        return sealed === undefined ? undefined : vault.open(sealed, sealOf(name))
      },
      write: (name, value) =>
        writeState(db, channelId, name, value === undefined ? undefined : vault.seal(value, sealOf(name)), clock.now()),
    },
    files: {
      async keep(body, { mime, maxBytes }) {
        const file = await keepFile(db, { projectId, body, mime, maxBytes, now: clock.now() })
        return { kept: file.hash, size: file.size, mime: file.mime }
      },
      open: (kept) => openFile(db, projectId, kept),
      link(kept, seconds) {
        const until = new Date(clock.now().getTime() + seconds * 1000)
        return publicUrl && publicUrl + fileLink(vault, { projectId, hash: kept, until })
      },
    },
    async folder() {
      const path = join(dataDir, 'channels', channel.hookId)
      await mkdir(path, { recursive: true, mode: 0o700 })
      return path
    },
  }
}
