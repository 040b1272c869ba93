import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { hasChromium, openWebChannel, people, signedInPage, type WebChannel } from './web-channel.ts'

const target = { thread: people.ann.pn, kind: 'direct' as const }
const send = (channel: WebChannel, text: string) =>
  channel.adapter.send(target, { action: 'message', text }, new AbortController().signal)
/** The page says this of its connection; the browser may be closed before it is done. */
const loses = (channel: WebChannel, state: string) => channel.stub('socket', state).catch(() => undefined)
const lastOf = (channel: WebChannel) => channel.context.conditions.at(-1)
const soon = { timeout: 20_000 }
const isAlive = (pid: number) => existsSync(`/proc/${pid}/cmdline`)

describe.skipIf(!hasChromium)('a channel of WhatsApp Web mends itself', () => {
  let channel: WebChannel
  beforeAll(async () => {
    channel = await openWebChannel({ page: { ...signedInPage, syncedEarly: true } })
    await channel.adapter.listen?.()
  })
  afterAll(() => channel.stop())

  test('when the page has synced before the library listens', async () => {
    await channel.prepared()
    // It is looked at, and looked at again seconds later.
    await expect
      .poll(() => {
        channel.clock.advance(300)
        return lastOf(channel)?.state
      }, soon)
      .toBe('working')
    await channel.setPage(signedInPage)
    expect((await send(channel, 'Hello')).externalIds).toHaveLength(1)
  })

  test('when Chromium is killed: what is sent meanwhile is to be tried again', async () => {
    const before = channel.starts()
    channel.client().pupBrowser?.process()?.kill('SIGKILL')
    await channel.until('failing')
    expect(lastOf(channel)?.error).toMatch(/crashed, or was killed/)
    await expect(send(channel, 'Now')).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    channel.clock.advance(5_000)
    await channel.until('working')
    expect(channel.starts()).toBe(before + 1)
    expect((await send(channel, 'Again')).externalIds).toHaveLength(1)
  })

  test('when the page is loaded again twice, while it is being prepared: each message comes once', async () => {
    const words = channel.context.conditions.length
    const page = channel.client().pupPage!
    await Promise.allSettled([page.reload(), page.reload()])
    await page.reload()
    await channel.prepared()
    await expect.poll(() => page.evaluate('typeof window.WWebJS'), soon).toBe('object')
    await expect.poll(() => page.evaluate('window.stub.isHeard()'), soon).toBe(true)
    const from = channel.context.received.length
    await channel.stub('receive', { from: people.ann.pn, body: 'Once' })
    await channel.stub('receive', { from: people.ann.pn, body: 'And then' })
    const texts = () =>
      channel.context.received.slice(from).map((event) => (event.kind === 'message' ? event.message.text : event.kind))
    await expect.poll(texts, soon).toEqual(['Once', 'And then'])
    // Ready came again, and changed nothing.
    expect(channel.context.conditions.slice(words)).toEqual([])
  })

  test('when the same session is opened elsewhere: it waits longer, and tries again', async () => {
    await loses(channel, 'CONFLICT')
    await channel.until('failing')
    expect(lastOf(channel)?.error).toMatch(/open elsewhere.*takeOverOnConflict/)
    const { startsInMs } = JSON.parse(channel.logged.findLast((line) => line.includes('"reason":"conflict"')) ?? '{}')
    expect(startsInMs).toBeGreaterThanOrEqual(60_000)
    channel.clock.advance(startsInMs)
    await channel.until('working')
  })

  test('when the phone removes the device: the session is deleted, and a new code is shown', async () => {
    await channel.setPage({})
    await loses(channel, 'UNPAIRED')
    await expect.poll(() => lastOf(channel)?.signIn?.waitsFor, soon).toBe('qr')
    expect(lastOf(channel)).toMatchObject({ state: 'signing_in', error: /removed this device/ })
    await expect(send(channel, 'Now')).rejects.toMatchObject({ message: expect.stringMatching(/removed this device/) })
  })

  test('when the code is renewed no more: a new one is made, until nobody has scanned any for ten minutes', async () => {
    const before = channel.starts()
    await channel.prepared()
    await loses(channel, 'UNPAIRED_IDLE')
    await expect.poll(() => channel.starts(), soon).toBe(before + 1)
    await expect.poll(() => lastOf(channel)?.signIn?.waitsFor, soon).toBe('qr')
    const pid = channel.client().pupBrowser?.process()?.pid ?? 0
    channel.clock.advance(601_000)
    await expect.poll(() => lastOf(channel)?.signIn?.waitsFor, soon).toBe('start')
    await expect.poll(() => isAlive(pid), soon).toBe(false)
    expect(channel.starts()).toBe(before + 1)
  })
})

describe.skipIf(!hasChromium)('a channel of WhatsApp Web', () => {
  const channels: WebChannel[] = []
  const open = async (options: Parameters<typeof openWebChannel>[0]) => {
    const channel = await openWebChannel(options)
    channels.push(channel)
    return channel
  }
  afterEach(async () => {
    for (const channel of channels.splice(0)) await channel.stop()
  })

  test('is shown as failing when WhatsApp has renamed a module, and works once that is mended', async () => {
    const channel = await open({ page: { ...signedInPage, missing: ['WAWebCallCollection'] } })
    await channel.adapter.listen?.()
    await expect.poll(() => channel.logged.join(''), soon).toContain('unknown module')
    expect(lastOf(channel)?.state).toBe('connecting')
    await channel.setPage(signedInPage)
    channel.clock.advance(181_000)
    await channel.until('failing')
    expect(lastOf(channel)?.error).toMatch(/not ready within 180 s.*unknown module "WAWebCallCollection"/)
    channel.clock.advance(5_000)
    await channel.until('working')
  })

  test('takes the session back at once where its settings say so', async () => {
    const channel = await open({ page: signedInPage, settings: { takeOverOnConflict: true } })
    await channel.adapter.listen?.()
    await channel.until('working')
    await channel.stub('socket', 'CONFLICT')
    await expect.poll(async () => (await channel.record()).done, soon).toEqual([{ what: 'takeover' }])
    expect(lastOf(channel)?.state).toBe('working')
  })

  test('says that its profile is in use by another browser, and works once that has ended', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-whatsapp-shared-'))
    const first = await open({ page: signedInPage, folder })
    const stop = await first.adapter.listen?.()
    await first.until('working')
    const pid = first.client().pupBrowser?.process()?.pid ?? 0
    const second = await open({ page: signedInPage, folder })
    await second.adapter.listen?.()
    await second.until('failing')
    expect(lastOf(second)?.error).toMatch(/already running/)
    await stop?.()
    expect(isAlive(pid)).toBe(false)
    second.clock.advance(5_000)
    await second.until('working')
    await second.adapter.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  })

  test('names the setting and the package when there is no browser', async () => {
    const channel = await open({ settings: { browserPath: '/nowhere/chromium' } })
    await channel.adapter.listen?.()
    await channel.until('failing')
    expect(lastOf(channel)?.error).toMatch(/no browser at \/nowhere\/chromium.*apt install chromium.*browserPath/)
  })
})
