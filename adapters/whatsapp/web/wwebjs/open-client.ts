import type { Client } from 'whatsapp-web.js'
import { messageOf } from '../../../../src/platform/errors.ts'
import { within } from '../../../../src/platform/within.ts'
import type { EngineOptions } from '../engine.ts'
import { findBrowser } from '../find-browser.ts'
import { isGone } from './call.ts'
import { guardPipes } from './guard-pipes.ts'
import { clearStaleLock, profileOf } from './session.ts'

/** A page of WhatsApp Web that is kept at hand instead of fetched: the file `<folder>/<version>.html`. */
export interface KeptPage {
  version: string
  folder: string
}

export interface ClientOptions extends EngineOptions {
  page?: KeptPage
  browserArguments?: readonly string[]
}

/** A client of the library with a browser of its own. */
export interface OpenClient {
  client: Client
  /** Starts the browser and loads the page; resolves when the page is prepared, never rejects. */
  begun: Promise<void>
  /** Ends the browser. Never throws. */
  close(): Promise<void>
}

/** What the client cannot say by its own events. */
export interface ClientWatch {
  trouble(message: string): void
  broken(message: string): void
}

/** Parts of the library that its types leave out. */
interface Innards {
  inject(): Promise<void>
  initWebVersionCache(): Promise<void>
  options: { authStrategy: { logout(): Promise<void>; afterBrowserInitialized(): Promise<void> } }
}

/** How long a browser may take to close by itself, in milliseconds. */
const closingMs = 10_000

/** Makes a client, with its weak places guarded, and begins. Throws when there is no browser or the profile cannot be used. */
export async function openClient(options: ClientOptions, watch: ClientWatch): Promise<OpenClient> {
  const executablePath = findBrowser(options.browserPath)
  const folder = await options.folder()
  await clearStaleLock(folder)
  const { default: library } = await import('whatsapp-web.js')
  const { page } = options
  const client = new library.Client({
    authStrategy: new library.LocalAuth({ dataPath: folder }),
    authTimeoutMs: 60_000,
    takeoverOnConflict: options.takeOverOnConflict,
    ...(page
      ? { webVersion: page.version, webVersionCache: { type: 'local', path: page.folder, strict: true } }
      : { webVersionCache: { type: 'none' } }),
    puppeteer: {
      executablePath,
      headless: true,
      // Over a pipe the browser ends when our process does, however that comes about, and leaves the profile free.
      pipe: true,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      args: browserArguments(options),
    },
  })
  const innards = client as unknown as Innards
  const { authStrategy } = innards.options
  let closed = false
  const launched = Promise.withResolvers<void>()
  // Otherwise it would delete the profile under the running browser; we do that once the browser has ended.
  authStrategy.logout = async () => undefined
  authStrategy.afterBrowserInitialized = async () => {
    client.pupBrowser?.on('disconnected', () => {
      if (!closed) watch.broken('The browser ended: it crashed, or was killed.')
    })
    client.pupPage?.on('error', (error) => watch.broken(`The page crashed: ${messageOf(error)}`))
    client.pupPage?.on('pageerror', (error) => watch.trouble(messageOf(error)))
    launched.resolve()
  }
  // What it would keep of a page that was fetched is never read, and reading it fails when the page is left meanwhile.
  if (!page) innards.initWebVersionCache = async () => undefined
  guardInject(client, innards, watch, () => closed)

  const unguard = guardPipes(profileOf(folder))
  const begun = client
    .initialize()
    .catch((error: unknown) => {
      if (!closed) watch.broken(`WhatsApp Web could not be opened: ${messageOf(error)}`)
    })
    .finally(unguard)
  return {
    client,
    begun,
    async close() {
      closed = true
      await Promise.race([launched.promise, begun])
      const running = client.pupBrowser?.process()
      await within(
        closingMs,
        client.destroy().catch(() => undefined),
      )
      if (running && running.exitCode === null && running.signalCode === null) running.kill('SIGKILL')
      await within(closingMs, begun)
    },
  }
}

/**
 * The library prepares the page at the start and after each navigation, without waiting for the last time or for a failure:
 * here one follows the other, each page is prepared once, and a failure is told instead of thrown to nobody.
 */
function guardInject(client: Client, innards: Innards, watch: ClientWatch, isClosed: () => boolean): void {
  const prepare = innards.inject.bind(client)
  const mark = () => client.pupPage?.evaluate('window.parleyPrepared = true')
  const isMarked = async () => (await client.pupPage?.evaluate('window.parleyPrepared === true')) === true
  let last: Promise<void> = Promise.resolve()
  innards.inject = () => {
    last = last.then(async () => {
      if (isClosed()) return
      try {
        if (await isMarked()) return
        await prepare()
        await mark()
      } catch (error) {
        if (isClosed()) return
        if (isGone(error)) watch.trouble(`The page was left while it was being prepared: ${messageOf(error)}`)
        else watch.broken(`The page could not be prepared: ${messageOf(error)}`)
      }
    })
    return last
  }
}

function browserArguments({ proxy, browserArguments: others = [] }: ClientOptions): string[] {
  return [
    // Chromium refuses to run as root with its sandbox.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--disable-extensions',
    '--disable-background-networking',
    '--disable-component-update',
    '--mute-audio',
    '--no-first-run',
    ...(proxy === undefined ? [] : [`--proxy-server=${proxy}`]),
    ...others,
  ]
}
