import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from 'whatsapp-web.js'
import { createWhatsAppWebAdapter } from '../../../../../adapters/whatsapp/web/adapter.ts'
import type { Engine, EngineEvent } from '../../../../../adapters/whatsapp/web/engine.ts'
import { type WhatsAppWebSettings, whatsappWebSettings } from '../../../../../adapters/whatsapp/web/settings.ts'
import { openWwebjsEngine } from '../../../../../adapters/whatsapp/web/wwebjs/open-engine.ts'
import type { ChannelAdapter, ChannelContext } from '../../../../../src/conversations/channel.ts'
import { VirtualClock } from '../../../../../src/platform/clock.ts'
import { channelContext, type TestContext } from '../../../../channel-context.ts'
import { writeStubPage } from '../../../../doubles/whatsapp-web/stub-page.ts'
import { callStub, offline, type StubRecord, signedInPage } from './web-channel.ts'

/** One browser with one signed-in page for many adapters, one after another. */
export interface SharedBrowser {
  /** A channel whose adapter listens and is ready. */
  open(options?: OpenOptions): Promise<SharedChannel>
  stub<T = unknown>(name: string, ...args: unknown[]): Promise<T>
  record(): Promise<StubRecord>
  /** Adapters that are attached to it. */
  attached(): number
  close(): Promise<void>
}

export interface OpenOptions {
  settings?: Record<string, unknown>
  over?: Partial<ChannelContext<WhatsAppWebSettings>>
}

export interface SharedChannel {
  adapter: ChannelAdapter
  context: TestContext<WhatsAppWebSettings>
  clock: VirtualClock
}

/** Starts the real engine over the stub page, and lends it to adapters: their starts and stops only attach and detach them. */
export async function shareBrowser(): Promise<SharedBrowser> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-whatsapp-'))
  const page = await writeStubPage(join(directory, 'page'), signedInPage)
  const clock = new VirtualClock()
  let client: Client | undefined
  let listener: ((event: EngineEvent) => void) | undefined
  const real = openWwebjsEngine({
    folder: async () => join(directory, 'session'),
    browserPath: undefined,
    proxy: undefined,
    takeOverOnConflict: false,
    clock,
    page,
    browserArguments: offline,
    opened: (opened) => {
      client = opened
    },
  })
  const ready = await new Promise<EngineEvent>((resolve, reject) => {
    const started = real.start((event) => {
      if (event.type === 'ready') resolve(event)
      if (event.type === 'ended') reject(new Error(event.message))
      listener?.(event)
    })
    started.catch(reject)
  })
  const lent: Engine = {
    ...real,
    start: async (on) => {
      listener = on
      on(ready)
    },
    stop: async () => {
      listener = undefined
    },
  }
  return {
    async open({ settings = {}, over = {} } = {}) {
      const context = channelContext(whatsappWebSettings.parse(settings), { clock, ...over })
      const adapter = createWhatsAppWebAdapter(context, () => lent)
      await adapter.listen?.()
      return { adapter, context, clock }
    },
    stub: (name, ...args) => callStub(client!, name, args),
    record: async () => (await client!.pupPage!.evaluate('window.stub.record')) as StubRecord,
    attached: () => (listener === undefined ? 0 : 1),
    async close() {
      await real.stop()
      await rm(directory, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
