import { createHash } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChannelContext } from '../src/conversations/channel.ts'
import type { Condition } from '../src/conversations/channel-tools.ts'
import type { ChannelEvent } from '../src/conversations/event.ts'
import { systemClock } from '../src/platform/clock.ts'
import { AppError } from '../src/platform/errors.ts'
import { createLog } from '../src/platform/log.ts'
import { createSafeHttp } from '../src/platform/safe-http/safe-http.ts'
import { nobodysDesk } from './nobodys-desk.ts'

/** What an adapter is given in a test, with what it left there. */
export interface TestContext<Settings> extends ChannelContext<Settings> {
  /** What it handed over. */
  received: ChannelEvent[]
  /** What it reported of itself, the latest last. */
  conditions: Condition[]
  /** What it keeps, by name. */
  kept: Map<string, string>
}

/** The program around one adapter, in memory. `over` replaces what a test needs otherwise. */
export function channelContext<Settings>(
  settings: Settings,
  over: Partial<ChannelContext<Settings>> = {},
): TestContext<Settings> {
  const received: ChannelEvent[] = []
  const conditions: Condition[] = []
  const kept = new Map<string, string>()
  const files = new Map<string, { bytes: Uint8Array; mime: string }>()
  let folder: Promise<string> | undefined
  return {
    received,
    conditions,
    kept,
    channel: { id: 1, projectId: 1, name: 'channel', settings },
    hookUrl: undefined,
    clock: systemClock,
    log: createLog('silent'),
    http: createSafeHttp({ allowedPrivateHosts: ['127.0.0.0/8', '::1'] }),
    state: {
      read: async (name) => kept.get(name),
      write: async (name, value) => void (value === undefined ? kept.delete(name) : kept.set(name, value)),
    },
    files: {
      async keep(body, { mime = 'application/octet-stream', maxBytes }) {
        const bytes = body instanceof Uint8Array ? body : new Uint8Array(await new Response(body).arrayBuffer())
        if (bytes.byteLength > maxBytes) throw new AppError('too_large', `The file has more than ${maxBytes} bytes.`)
        const name = createHash('sha256').update(bytes).digest('hex')
        files.set(name, { bytes, mime })
        return { kept: name, size: bytes.byteLength, mime }
      },
      async open(name) {
        const file = files.get(name)
        if (!file) throw new AppError('not_found', `There is no kept file ${name}.`)
        const body = new Blob([file.bytes as Uint8Array<ArrayBuffer>]).stream()
        return { body, mime: file.mime, size: file.bytes.byteLength }
      },
      link: () => undefined,
    },
    folder: () => (folder ??= mkdtemp(join(tmpdir(), 'parley-channel-'))),
    desk: nobodysDesk,
    report: async (condition) => void conditions.push(condition),
    receive: async (events) => void received.push(...events),
    ...over,
  }
}
