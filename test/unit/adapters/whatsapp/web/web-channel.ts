import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Client } from 'whatsapp-web.js'
import { createWhatsAppWebAdapter } from '../../../../../adapters/whatsapp/web/adapter.ts'
import type { EngineFactory } from '../../../../../adapters/whatsapp/web/engine.ts'
import { type WhatsAppWebSettings, whatsappWebSettings } from '../../../../../adapters/whatsapp/web/settings.ts'
import { openWwebjsEngine } from '../../../../../adapters/whatsapp/web/wwebjs/open-engine.ts'
import type { ChannelAdapter, ChannelContext } from '../../../../../src/conversations/channel.ts'
import { VirtualClock } from '../../../../../src/platform/clock.ts'
import { createLog } from '../../../../../src/platform/log.ts'
import { channelContext, type TestContext } from '../../../../channel-context.ts'
import { type StubConfig, writeStubPage } from '../../../../doubles/whatsapp-web/stub-page.ts'

const chromium = '/usr/bin/chromium'
export const hasChromium = existsSync(chromium)
if (!hasChromium) {
  process.stdout.write(
    `WhatsApp Web is not tried in a browser: there is no ${chromium} (Debian: apt install chromium).\n`,
  )
}

/** Nobody but the page that is at hand is reached. */
export const offline = ['--host-resolver-rules=MAP * ~NOTFOUND']

/** What the page keeps for the test. */
export interface StubRecord {
  sent: Record<string, unknown>[]
  done: Record<string, unknown>[]
  refused: string[]
}

/** A channel over the real library, in real Chromium, with our page. */
export interface WebChannel {
  adapter: ChannelAdapter
  context: TestContext<WhatsAppWebSettings>
  clock: VirtualClock
  /** What it logged, a line each. */
  logged: string[]
  /** The library's client that runs now, or ran last. */
  client(): Client
  /** How many browsers were started. */
  starts(): number
  /** Calls a function of `window.stub` in the page. */
  stub<T = unknown>(name: string, ...args: unknown[]): Promise<T>
  record(): Promise<StubRecord>
  /** Resolves when the library listens to the page: what happens on it before is not heard. */
  prepared(): Promise<void>
  /** Another page from the next start on. */
  setPage(config: StubConfig): Promise<void>
  /** Resolves when the channel's latest word of itself is this. */
  until(state: string): Promise<void>
  stop(): Promise<void>
}

export interface WebChannelOptions {
  page?: StubConfig
  settings?: Record<string, unknown>
  /** A directory with the session of an earlier channel. */
  folder?: string
  over?: Partial<ChannelContext<WhatsAppWebSettings>>
}

export async function openWebChannel(options: WebChannelOptions = {}): Promise<WebChannel> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-whatsapp-'))
  const clock = new VirtualClock()
  const page = await writeStubPage(join(directory, 'page'), options.page ?? {})
  const clients: Client[] = []
  const logged: string[] = []
  const openEngine: EngineFactory = (engineOptions) =>
    openWwebjsEngine({
      ...engineOptions,
      page,
      browserArguments: offline,
      opened: (client) => void clients.push(client),
    })
  const folder = options.folder ?? join(directory, 'session')
  const context = channelContext(whatsappWebSettings.parse(options.settings ?? {}), {
    clock,
    log: createLog('warn', { write: (line: string) => void logged.push(line) }),
    folder: async () => folder,
    ...options.over,
  })
  const adapter = createWhatsAppWebAdapter(context, openEngine, { tickMs: 50 })
  const channel: WebChannel = {
    adapter,
    context,
    clock,
    logged,
    client: () => clients.at(-1)!,
    starts: () => clients.length,
    stub: (name, ...args) => callStub(channel.client(), name, args),
    record: async () => (await channel.client().pupPage!.evaluate('window.stub.record')) as StubRecord,
    prepared: () =>
      expect.poll(() => channel.client().pupPage!.evaluate('window.parleyPrepared'), { timeout: 20_000 }).toBe(true),
    setPage: async (config) => void (await writeStubPage(join(directory, 'page'), config)),
    until: (state) => expect.poll(() => context.conditions.at(-1)?.state, { timeout: 20_000 }).toBe(state),
    async stop() {
      await adapter.close()
      await rm(directory, { recursive: true, force: true, maxRetries: 5 })
    },
  }
  return channel
}

/** Calls a function of `window.stub` in the page. */
export async function callStub<T>(client: Client, name: string, args: unknown[]): Promise<T> {
  const call = (method: string, given: unknown[]) =>
    (globalThis as unknown as { stub: Record<string, (...args: unknown[]) => unknown> }).stub[method]!(...given)
  return (await client.pupPage!.evaluate(call, name, args)) as T
}

/** Ann, whose two ids WhatsApp knows; Bob, who hides his number; Cid, whom nobody may add; Dan and Eve. */
export const people = {
  ann: { pn: '12015550124@c.us', lid: '7700000000124@lid', name: 'Ann Example' },
  bob: { lid: '7700000000125@lid', name: 'Bob' },
  cid: { pn: '12015550126@c.us', lid: '7700000000126@lid', name: 'Cid', refusesGroups: true },
  dan: { pn: '12015550127@c.us', lid: '7700000000127@lid', name: 'Dan' },
  eve: { pn: '12015550128@c.us', lid: '7700000000128@lid', name: 'Eve', unregistered: true },
}
export const group = {
  id: '120363000000000001@g.us',
  title: 'Order 7',
  participants: ['12015550123@c.us', '12015550124@c.us', '12015550127@c.us'],
  iAmAdmin: true,
}

/** A page that is signed in, with everybody above. */
export const signedInPage: StubConfig = { paired: true, people: Object.values(people), groups: [group] }
