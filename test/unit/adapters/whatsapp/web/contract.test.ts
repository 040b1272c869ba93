import { afterAll, describe, expect } from 'vitest'
import { type ChannelHarness, channelContract, type Inbound } from '../../../../contracts/channel.ts'
import { serveFiles } from './file-server.ts'
import { type SharedBrowser, shareBrowser } from './shared-browser.ts'
import { group, hasChromium, people, type StubRecord } from './web-channel.ts'

let opened: Promise<{ browser: SharedBrowser; files: Awaited<ReturnType<typeof serveFiles>> }> | undefined

afterAll(async () => {
  const { browser, files } = (await opened) ?? {}
  await browser?.close()
  await files?.close()
})

const mimes: Record<string, string> = {
  image: 'image/png',
  sticker: 'image/webp',
  video: 'video/mp4',
  video_note: 'video/mp4',
  animation: 'video/mp4',
  audio: 'audio/mpeg',
  voice: 'audio/ogg',
  document: 'application/pdf',
}

const inbound: Record<Inbound, (number: number) => unknown> = {
  message: (number) => ({ from: people.ann.pn, id: `M${number}`, body: `Hello ${number}` }),
  own: (number) => ({ chat: people.ann.pn, fromMe: true, id: `O${number}`, body: 'Typed on the phone' }),
  unknown: (number) => ({ id: { _serialized: `U${number}` }, type: 'hologram', t: 1 }),
}

async function make(): Promise<ChannelHarness> {
  opened ??= Promise.all([shareBrowser(), serveFiles()]).then(([browser, files]) => ({ browser, files }))
  const { browser, files } = await opened
  const { adapter, context } = await browser.open()
  const before = await browser.record()
  let record: StubRecord = before
  let asked: Promise<unknown> = Promise.resolve()
  return {
    adapter: {
      ...adapter,
      async send(...args) {
        await asked
        try {
          return await adapter.send(...args)
        } finally {
          record = await browser.record()
        }
      },
    },
    async bring(what, number) {
      const from = context.received.length
      await browser.stub('receive', inbound[what](number))
      await expect.poll(() => context.received.length).toBeGreaterThan(from)
      return context.received.slice(from)
    },
    fail: (fault) => {
      asked = browser.stub('fault', fault)
    },
    thread: (kind) => ({ thread: kind === 'group' ? group.id : people.ann.pn, kind }),
    file: (kind) => ({ url: `${files.url}/${mimes[kind]}` }),
    arrived: () => record.sent.length - before.sent.length,
    refused: () => record.refused.slice(before.refused.length),
    connections: async () => browser.attached(),
    stop: async () => undefined,
  }
}

describe.skipIf(!hasChromium)('in a browser', () => {
  channelContract({
    name: 'whatsapp-web',
    kinds: ['direct', 'group'],
    make,
    cannot: {
      forge: 'WhatsApp calls no address of ours: the account is listened to in a browser',
      rate_limit: 'WhatsApp tells a linked device no limits',
    },
  })
})
