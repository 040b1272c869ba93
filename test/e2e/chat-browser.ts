import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { MemoryHost } from '../unit/adapters/webchat/memory-host.ts'
import { type Served, serveWebchat } from '../unit/adapters/webchat/serve.ts'

const executablePath = '/usr/bin/chromium'
const flags =
  '--no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking --disable-component-update --no-first-run'

/** Whether there is a browser to try the chat in. */
export const browserThere = existsSync(executablePath)
if (!browserThere) {
  process.stdout.write(
    `The web chat is not tried in a browser: there is no ${executablePath} (Debian: apt install chromium).\n`,
  )
}

/** A browser with the web chat of each test in it. */
export interface ChatBrowser {
  /** The program behind the chat of the test that runs. */
  host: MemoryHost
  /** Its server; a test that starts another one in its place puts it here. */
  served: Served
  /** What went wrong in the pages; a test that brings trouble about empties it, for it is looked at after each. */
  faults: string[]
  /** A chat on a page of its own, which is connected. */
  openChat(settings?: Record<string, unknown>, options?: BrowserContextOptions, query?: string): Promise<Page>
  /** A page of somebody's site, which has another origin, with the chat in its corner. */
  openSite(): Promise<Page>
}

/** Starts the browser for the suite that it is called in, and ends everything after its tests. */
export function openChatBrowser(): ChatBrowser {
  let browser: Browser

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: flags.split(' ') })
  })
  afterAll(() => browser?.close())
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
    await chats.served.stop()
    expect(chats.faults.splice(0)).toEqual([])
  })

  const chats: ChatBrowser = {
    // Each test begins by opening a chat, which puts them here.
    host: undefined as unknown as MemoryHost,
    served: undefined as unknown as Served,
    faults: [],
    async openChat(settings = {}, options = {}, query = '') {
      const host = new MemoryHost(settings)
      const served = await serveWebchat(host)
      Object.assign(chats, { host, served })
      const page = await newPage(options)
      await page.goto(`http://127.0.0.1:${served.port}/channels/webchat/${host.hookId}${query}`)
      await page.locator('[data-state=online]').waitFor()
      return page
    },
    async openSite() {
      const host = new MemoryHost()
      const served = await serveWebchat(host, 0, (app) =>
        app.get('/shop', (c) => {
          const script = `http://127.0.0.1:${served.port}/channels/webchat/${host.hookId}/widget.js`
          return c.html(
            `<!doctype html><title>Shop</title><link rel="icon" href="data:,"><body><script src="${script}" async data-title="Shop help"></script>`,
          )
        }),
      )
      Object.assign(chats, { host, served })
      const page = await newPage({})
      await page.goto(`http://localhost:${served.port}/shop`)
      return page
    },
  }

  async function newPage(options: BrowserContextOptions): Promise<Page> {
    const context = await browser.newContext(options)
    const page = await context.newPage()
    page.on('pageerror', (error) => chats.faults.push(String(error)))
    page.on('console', (message) => message.type() === 'error' && chats.faults.push(message.text()))
    return page
  }
  return chats
}
